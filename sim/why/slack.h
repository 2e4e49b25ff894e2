/* why/slack.h - by how much what is not on the longest way could end later.
 */
#ifndef WHY_SLACK_H
#define WHY_SLACK_H

#include "why/why.h"

/* Of what is followed by nothing that the end of the run waits for, and where the run has no such
 * end. */
#define WHY_FREE INT64_MAX

/* Fills in slack_ns of the waits and spans of a run: how much later each could end, all else being
 * as it was, without the run ending later. What is on the longest way has none. Work, sleeps and
 * turns keep their lengths; a wait that a task ends may become shorter; who waits for whom stays.
 * 0 or CAD_ENOMEM. */
int why_find_slack(struct why_run *run);

#endif
