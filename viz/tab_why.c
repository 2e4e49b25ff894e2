/* What is selected, in rows. */
#include "tab_why.h"

#include "describe.h"

/* What a thing is, in a word. */
static const char *chip_of(const struct viz_model *model, struct viz_id id) {
    static const char *const looks[VIZ_LOOK_COUNT] = {
        [VIZ_LOOK_SPAN] = "span",   [VIZ_LOOK_SLEEP] = "sleep", [VIZ_LOOK_WAIT] = "wait",
        [VIZ_LOOK_READY] = "ready", [VIZ_LOOK_RUN] = "run",     [VIZ_LOOK_LANE] = "lane"};
    switch ((enum viz_id_kind)id.kind) {
    case VIZ_ID_BAR:
        return looks[model->bars[id.index].look];
    case VIZ_ID_LANE:
        return "task";
    case VIZ_ID_INSTANT:
        return "event";
    case VIZ_ID_WAKE:
        return "wake";
    case VIZ_ID_OBJECT:
        return "object";
    default:
        return "trace";
    }
}

void viz_tab_why(struct viz_panel *panel, const struct viz_subject *subject) {
    struct viz_id id = subject->selected;
    struct viz_description said;
    if (!viz_describe(subject->model, id, &said)) {
        id = (struct viz_id){.kind = VIZ_ID_TRACE};
        (void)viz_describe(subject->model, id, &said);
    }
    viz_panel_title(panel, chip_of(subject->model, id), said.heading);
    for (int i = 0; i < said.count; i++)
        viz_panel_row(panel, said.facts[i].name, said.facts[i].value);
}
