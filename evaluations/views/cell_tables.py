"""Lists of cells as tables: their columns and how each is written."""

from collections.abc import Callable

import django_tables2 as tables
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tables2.rows import BoundRows

from evaluations import shown
from evaluations.addresses import address_of
from evaluations.figures import points
from evaluations.models import MonthScore, PeriodScore
from evaluations.paging import ChosenFirst
from evaluations.periods import Month, Period
from evaluations.templatetags.dense import months_of_score

NONE = "–"
NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}


def _sorted_as_shown(name: str) -> Callable:
    def order(self, scores, is_descending: bool):
        return shown.in_order(scores, f"-{name}" if is_descending else name), True

    return order


class RowsChosenFirst(ChosenFirst):
    """The pages of a table's rows."""

    def __init__(self, rows: BoundRows, *args, **options):
        super().__init__(rows.data.data, *args, **options)
        self.table = rows.table

    def page(self, number: int | str):
        page = super().page(number)
        page.object_list = BoundRows(data=list(page.object_list), table=self.table)
        return page


class CellTable(tables.Table):
    """Scores of cells in one period; `leads_to` is the month that a cell's name leads to."""

    name = tables.Column(verbose_name=_("Cell"), accessor="cell")
    committee = tables.Column(verbose_name=_("Committee"), accessor="committee__name")
    kind = tables.Column(verbose_name=_("Kind of cell"), accessor="get_cell_kind_display")
    state = tables.Column(verbose_name=_("State"), accessor="get_state_display")
    points = tables.Column(verbose_name=_("Points"), accessor="total", attrs=NUMBER, empty_values=())
    grade = tables.Column(verbose_name=_("Class"), empty_values=())

    order_name, order_committee, order_kind = (_sorted_as_shown(name) for name in ("name", "committee", "kind"))
    order_state, order_points, order_grade = (_sorted_as_shown(name) for name in ("state", "points", "grade"))

    def __init__(self, scores, *, period: Period, leads_to: Month, **options):
        super().__init__(scores, **options)
        self.period, self.leads_to = period, leads_to
        self.to_cell, self.to_why = address_of("cell_month"), address_of("cell_explanation")
        self.mark = get_template("components/_class_mark.html")

    def render_name(self, record) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.to_cell(record.cell.public_id, self.leads_to), record.cell.name)

    def render_points(self, record) -> str | SafeString:
        return NONE if record.total is None else points(record.total)

    def render_grade(self, record) -> str | SafeString:
        return self.mark.render({"grade": record.grade, "label": record.get_grade_display()}) if record.grade else NONE


class MonthTable(CellTable):
    """Months of cells."""

    def render_state(self, record: MonthScore) -> str | SafeString:
        state = record.get_state_display()
        return format_html('{} <span class="tag late">{}</span>', state, _("late")) if record.sent_on_time is False else state

    def render_points(self, record: MonthScore) -> str | SafeString:
        worth = super().render_points(record)
        return worth if record.total is None else format_html('<a href="{}">{}</a>', self.to_why(record.cell.public_id, self.period), worth)


class LongerTable(CellTable):
    """Longer periods of cells; `counted_as` names what `counted` counts of each cell's months, '' where nothing is."""

    counted = tables.Column(attrs=NUMBER)
    by_month = tables.Column(verbose_name=_("Points by month"), empty_values=(), orderable=False)

    order_counted = _sorted_as_shown("counted")

    class Meta:
        sequence = ("name", "committee", "kind", "counted", "by_month", "...")

    def __init__(self, scores, *, counted_as: str, **options):
        super().__init__(scores, exclude=() if counted_as else ("counted",), **options)
        if counted_as:
            self.columns["counted"].column.verbose_name = counted_as

    def render_counted(self, value: int) -> str:
        return ngettext("%(n)s month", "%(n)s months", value) % {"n": value}

    def render_by_month(self, record: PeriodScore) -> SafeString:
        return format_html('<span class="by-month of-{}">{}</span>', len(self.period.months), months_of_score(record, self.period))
