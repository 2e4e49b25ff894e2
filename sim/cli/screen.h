/* screen.h - a terminal that a command has for itself: keys one by one, and a page that it draws.
 *
 * What the terminal was like before comes back when it is closed, and also when a signal ends or
 * stops the program.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Keys beyond those that are their character. */
enum cli_key {
    CLI_KEY_NONE = -2, /* none yet: the page is to be drawn again, as its size may be another */
    CLI_KEY_END = -1,  /* there are no more: the input has ended, or Ctrl-D says so */
    CLI_KEY_UP = 256,
    CLI_KEY_DOWN,
    CLI_KEY_PAGE_UP,
    CLI_KEY_PAGE_DOWN,
    CLI_KEY_HOME,
    CLI_KEY_LAST,
    CLI_KEY_ESCAPE,
    CLI_KEY_OTHER,
};

/* One at a time. False, with errno, where standard input or output is no terminal. */
bool cli_screen_open(void);
void cli_screen_close(void);

/* How large it is now; at least 20 x 8, which is what a page needs. */
void cli_screen_size(unsigned *columns, unsigned *rows);

/* Waits for a key: a character below 256, or an enum cli_key. */
int cli_screen_key(void);

/* Appends a line of the page, of clean text, cut where it does not fit; `marked`: in inverse. 0 or
 * CAD_ENOMEM. */
int cli_screen_line(base_buffer *page, const char *text, size_t length, bool marked);

/* Shows a page, whose lines are at most as many as there are rows. */
void cli_screen_show(const base_buffer *page);

#endif
