/* The terminal: its mode, its signals, its keys. */
#include "cli/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"

/* The other screen of a terminal, on which nothing scrolls away; no cursor, no line that wraps. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define INVERSE "\033[7m"
#define PLAIN "\033[0m"

enum { ESCAPE_MS = 50, LEAST_COLUMNS = 20, LEAST_ROWS = 8, END_OF_INPUT = 4 };

/* Those that end the program; a stop and a continuation have handlers of their own. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT};
enum { ENDING = sizeof ending / sizeof *ending };

static struct termios before; /* what the terminal was like */
static sigset_t heard;        /* the signals that were not blocked then */
static volatile sig_atomic_t is_open;

/* --- Entering and leaving -------------------------------------------------------------------- */
/* By calls that a handler of signals may make. */

static void put(const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
}

static void enter(void) {
    struct termios own = before;
    own.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    own.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
    own.c_cc[VMIN] = 1;
    own.c_cc[VTIME] = 0;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &own);
    put(ENTER, strlen(ENTER));
}

static void leave(void) {
    put(LEAVE, strlen(LEAVE));
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* --- Signals --------------------------------------------------------------------------------- */

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL); /* without SA_RESTART: a wait for a key ends */
}

/* The signal does what it does to others, as soon as this handler is left. */
static void end_by(int number) {
    if (is_open) {
        is_open = 0;
        leave();
    }
    handle(number, SIG_DFL);
    (void)raise(number);
}

/* Ctrl-Z: it is gone on with where raise() returns. */
static void stop(int number) {
    int error = errno;
    sigset_t this_one;
    leave();
    handle(number, SIG_DFL);
    (void)sigemptyset(&this_one);
    (void)sigaddset(&this_one, number);
    (void)raise(number);
    (void)sigprocmask(SIG_UNBLOCK, &this_one, NULL);
    handle(number, stop);
    enter();
    errno = error;
}

static void resize(int number) {
    (void)number; /* that it came interrupts the wait for a key, which is all it is to do */
}

/* A stop and another size are heard of while a key is waited for, and at no other time: else the
 * page would not be drawn again before the next key. */
static void hold_back(sigset_t *old_set) {
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTSTP);
    (void)sigaddset(&set, SIGWINCH);
    (void)sigprocmask(SIG_BLOCK, &set, old_set);
}

/* --- Life ------------------------------------------------------------------------------------ */

bool cli_screen_open(void) {
    if (isatty(STDOUT_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    is_open = 1;
    for (int i = 0; i < ENDING; i++)
        handle(ending[i], end_by);
    handle(SIGTSTP, stop);
    handle(SIGWINCH, resize);
    hold_back(&heard);
    enter();
    return true;
}

void cli_screen_close(void) {
    is_open = 0;
    leave();
    for (int i = 0; i < ENDING; i++)
        handle(ending[i], SIG_DFL);
    handle(SIGTSTP, SIG_DFL);
    handle(SIGWINCH, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &heard, NULL);
}

void cli_screen_size(unsigned *columns, unsigned *rows) {
    struct winsize size = {0};
    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    *columns = size.ws_col == 0 ? 80 : size.ws_col < LEAST_COLUMNS ? LEAST_COLUMNS : size.ws_col;
    *rows = size.ws_row == 0 ? 24 : size.ws_row < LEAST_ROWS ? LEAST_ROWS : size.ws_row;
}

/* --- Keys ------------------------------------------------------------------------------------ */

/* The next byte, if it is there within some milliseconds; -1: none is. */
static int next_byte(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char byte;
    return poll(&input, 1, ESCAPE_MS) == 1 && read(STDIN_FILENO, &byte, 1) == 1 ? byte : -1;
}

/* What a terminal sends for a key that is no character: after the escape, `[` or `O`, numbers, and
 * a last byte. */
static int read_sequence(void) {
    static const struct {
        char last, number;
        int key;
    } keys[] = {{'A', 0, CLI_KEY_UP},        {'B', 0, CLI_KEY_DOWN},       {'H', 0, CLI_KEY_HOME},
                {'F', 0, CLI_KEY_LAST},      {'~', '1', CLI_KEY_HOME},     {'~', '4', CLI_KEY_LAST},
                {'~', '5', CLI_KEY_PAGE_UP}, {'~', '6', CLI_KEY_PAGE_DOWN}};
    int byte = next_byte();
    if (byte < 0)
        return CLI_KEY_ESCAPE;
    if (byte != '[' && byte != 'O')
        return CLI_KEY_OTHER;
    int number = 0;
    while ((byte = next_byte()) >= 0 && byte < '@')
        if (number == 0)
            number = byte;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].last == byte && (keys[i].number == 0 || keys[i].number == number))
            return keys[i].key;
    return CLI_KEY_OTHER;
}

int cli_screen_key(void) {
    unsigned char byte;
    fd_set input;
    FD_ZERO(&input);
    FD_SET(STDIN_FILENO, &input);
    if (pselect(STDIN_FILENO + 1, &input, NULL, NULL, NULL, &heard) < 0)
        return errno == EINTR ? CLI_KEY_NONE : CLI_KEY_END;
    if (read(STDIN_FILENO, &byte, 1) != 1 || byte == END_OF_INPUT)
        return CLI_KEY_END;
    return byte == '\033' ? read_sequence() : byte;
}

/* --- Pages ----------------------------------------------------------------------------------- */

/* How many bytes of a text fit into so many columns. */
static size_t fit(const char *text, size_t length, unsigned columns) {
    char one[5] = "";
    size_t at = 0, width = 0;
    while (at < length) {
        size_t size = base_utf8_length((const unsigned char *)text + at, length - at);
        if (size == 0)
            break;
        memcpy(one, text + at, size);
        one[size] = '\0';
        width += base_text_width(one);
        if (width > columns)
            break;
        at += size;
    }
    return at;
}

int cli_screen_line(base_buffer *page, const char *text, size_t length, bool marked) {
    unsigned columns, rows;
    cli_screen_size(&columns, &rows);
    int error = base_buffer_format(page, "%s", marked ? INVERSE : "");
    if (error == 0)
        error = base_buffer_append(page, text, fit(text, length, columns));
    return error == 0 ? base_buffer_format(page, "%s\033[K\r\n", marked ? "\033[K" PLAIN : "")
                      : error;
}

void cli_screen_show(const base_buffer *page) {
    static const char home[] = "\033[H", rest[] = "\033[J";
    size_t length = page->length >= 2 ? page->length - 2 : 0; /* no newline after the last row */
    put(home, sizeof home - 1);
    put(page->data, length);
    put(rest, sizeof rest - 1);
}
