from django.urls import path, register_converter

from evaluations.converters import LongerConverter, MonthConverter, PeriodConverter
from evaluations.views import (
    boards,
    cells,
    exports,
    home,
    jobs,
    late,
    months,
    notices,
    periods,
    previews,
    queue,
    rehearsals,
    returned,
    review,
    saved_views,
    sheets,
    values,
)

register_converter(MonthConverter, "month")
register_converter(PeriodConverter, "period")
register_converter(LongerConverter, "longer")

urlpatterns = [
    path("", home.home, name="home"),
    path("cells/<uuid:cell>/months/<month:month>/", months.cell_month, name="cell_month"),
    path("cells/<uuid:cell>/months/<month:month>/sheet", sheets.cell_sheet, name="cell_sheet"),
    path("cells/<uuid:cell>/months/<month:month>/send", sheets.cell_send, name="cell_send"),
    path("cells/<uuid:cell>/months/<month:month>/explanation", sheets.cell_explanation, name="cell_explanation"),
    path("cells/<uuid:cell>/<longer:longer>/", months.cell_period, name="cell_period"),
    path("committees/<uuid:committee>/<period:period>/", boards.committee_board, name="committee_board"),
    path("committees/<uuid:committee>/<period:period>/cells", cells.committee_cells, name="committee_cells"),
    path("committees/<uuid:province>/periods", periods.periods, name="periods"),
    path("committees/<uuid:province>/<period:period>/close", periods.period_close, name="period_close"),
    path("committees/<uuid:province>/<period:closed>/correct", periods.period_correct, name="period_correct"),
    path("committees/<uuid:committee>/<period:closed>/editions/<int:number>", periods.edition, name="edition"),
    path("cells/<uuid:cell>/months/<month:month>/review", review.cell_review, name="cell_review"),
    path("cells/<uuid:cell>/months/<month:month>/returned", returned.cell_returned, name="cell_returned"),
    path("cells/<uuid:cell>/months/<month:month>/vote", returned.cell_vote_anew, name="cell_vote_anew"),
    path("committees/<uuid:committee>/queue", queue.queue_now, name="queue_now"),
    path("committees/<uuid:committee>/<month:month>/queue", queue.queue, name="queue"),
    path("committees/<uuid:committee>/<month:month>/late", late.late_list, name="late"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<uuid:notice>", notices.notice_open, name="notice_open"),
    path("lists/", saved_views.saved_views, name="saved_views"),
    path("lists/<uuid:view>/delete", saved_views.saved_view_delete, name="saved_view_delete"),
    path("committees/<uuid:committee>/<period:period>/exports", exports.exports, name="exports"),
    path("committees/<uuid:committee>/<period:period>/score", exports.score_anew, name="score_anew"),
    path("criteria/<uuid:draft>/rehearsals", rehearsals.rehearsals, name="rehearsals"),
    path("criteria/<uuid:draft>/preview", previews.preview, name="sheet_preview"),
    path("rehearsals/<uuid:rehearsal>/", rehearsals.rehearsal, name="rehearsal"),
    path("rehearsals/<uuid:rehearsal>/file", rehearsals.rehearsal_file, name="rehearsal_file"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:job>/", jobs.job, name="job"),
    path("jobs/<uuid:job>/cancel", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:job>/rerun", jobs.job_rerun, name="job_rerun"),
    path("jobs/<uuid:job>/file", jobs.job_file, name="job_file"),
    path("committees/<uuid:committee>/parameters", values.parameters, name="parameters"),
    path("committees/<uuid:committee>/parameters/<uuid:criteria_set>/<slug:code>", values.parameter_set, name="parameter_set"),
]
