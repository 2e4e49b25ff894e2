/* tab_range.h - the tabs on what somebody chose of the time: the statistics of a range, and marks.
 */
#ifndef VIZ_TAB_RANGE_H
#define VIZ_TAB_RANGE_H

#include "tabs.h"

void viz_tab_range(struct viz_panel *panel, const struct viz_subject *subject);
void viz_tab_marks(struct viz_panel *panel, const struct viz_subject *subject);

#endif
