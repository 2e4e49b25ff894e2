/* tab_why.h - the tab that says what is selected, and why it was so. */
#ifndef VIZ_TAB_WHY_H
#define VIZ_TAB_WHY_H

#include "tabs.h"

void viz_tab_why(struct viz_panel *panel, const struct viz_subject *subject);

#endif
