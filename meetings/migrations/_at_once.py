"""Many tables made at once.

Django renders the models of a migration's state anew after each operation, and each new model renders all those that it is related to: with
tables that hang together, the time grows as the square of their number. Made at once, they are rendered once.
"""

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """Several `CreateModel`. Their order does not matter: each finds all the others in the state it is made from."""

    def __init__(self, operations: Sequence[Operation]):
        self.operations = operations

    def deconstruct(self):
        return type(self).__name__, [], {"operations": self.operations}

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def state_forwards(self, app_label, state):
        # A state without rendered models only writes the new ones down; the first who asks for them has them rendered, once.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)
