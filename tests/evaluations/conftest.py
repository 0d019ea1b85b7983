"""What tests of this folder share."""

import pytest
from django.utils.translation import override


@pytest.fixture
def english():
    """Sentences in the language of the source, whatever the default language of the product says."""
    with override("en"):
        yield
