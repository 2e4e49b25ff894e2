/* wait/words.h - how what a task waits for stands, in words, as far as the engine knows it. All
 * functions append to the buffer, and return 0 or CAD_ENOMEM.
 */
#ifndef WAIT_WORDS_H
#define WAIT_WORDS_H

#include <stdint.h>

#include "base/buffer.h"
#include "cadran.h"

/* `1.5 s`. */
int wait_append_time(base_buffer *buffer, int64_t time_ns);

/* How the object of a wait stands, to be put behind its name: `, full: 2 of 2`; nothing where that
 * tells nothing. */
int wait_append_state(base_buffer *buffer, const cad_wait_info *wait,
                      const cad_object_info *object);

/* What became of what would have ended it - a notify, a set, a put -, where that was of use to
 * nobody; nothing where there was none. */
int wait_append_lost(base_buffer *buffer, const cad_wait_info *wait);

#endif
