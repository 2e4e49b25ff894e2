/* tab_events.h - the panel's tab that lists the events around the playhead, in their order: which
 * stand before it and which will come; a press goes to one. What is listed is filtered by
 * viz_travel.filter.
 */
#ifndef VIZ_TAB_EVENTS_H
#define VIZ_TAB_EVENTS_H

#include "tabs.h"

void viz_tab_events(struct viz_panel *panel, const struct viz_subject *subject);

#endif
