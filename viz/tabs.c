/* The tabs of the panel. */
#include "tabs.h"

#include "tab_events.h"
#include "tab_range.h"
#include "tab_state.h"
#include "tab_why.h"

const struct viz_tab viz_tabs[] = {
    {"Why", viz_tab_why},     {"State", viz_tab_state}, {"Events", viz_tab_events},
    {"Range", viz_tab_range}, {"Marks", viz_tab_marks},
};

const int viz_tab_count = (int)(sizeof viz_tabs / sizeof viz_tabs[0]);
