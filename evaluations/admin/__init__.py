"""The criteria admin's pages: documents, sets, the criteria of a set with their rows, its roll-up rules, values of parameters.

Two levels: a set's page lists its criteria, a criterion's page edits its rows. Whatever may not be edited is shown, with the reason.
"""

from evaluations.admin import criteria, documents, sets, totals, values  # noqa: F401  each registers its pages
