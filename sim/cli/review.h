/* review.h - goes through the new traces that wait, one by one, on a terminal.
 */
#ifndef CLI_REVIEW_H
#define CLI_REVIEW_H

#include "base/buffer.h"
#include "cli/waiting.h"

/* Until all are decided, or somebody has had enough. What was done is appended to *done, a line
 * each. False where memory ran out. After cli_screen_open(). */
bool cli_review(const cli_waiting *waiting, base_buffer *done);

#endif
