"""Pages of long lists."""

from django.core.paginator import Page, Paginator


class ChosenFirst(Paginator):
    """Pages of wide rows of a QuerySet: a page's rows are chosen and put in order by what that takes alone, then read whole.

    Sorting a quarter of a million rows with all that a page shows of each would write them to disk.
    """

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        last = min(first + self.per_page, self.count)
        chosen = self.object_list.select_related(None).values("pk")[first:last]
        return self._get_page(self.object_list.filter(pk__in=chosen), number, self)
