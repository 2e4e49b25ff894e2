/* The line that shows where a long silent run is. */
#include "cli/run_progress.h"

#include <inttypes.h>
#include <time.h>

#include "base/number.h"

#define SILENCE_NS CAD_SECOND
#define REDRAW_NS (CAD_SECOND / 4)

static int64_t now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * CAD_SECOND + time.tv_nsec;
}

static void erase(cli_terminal *terminal) {
    if (!terminal->drawn)
        return;
    fputs("\r\033[K", terminal->file);
    (void)fflush(terminal->file);
    terminal->drawn = false;
}

/* Something is about to be said. */
static void hide(run_progress *progress) {
    cli_terminal *terminal = (cli_terminal *)(void *)progress; /* its first member */
    erase(terminal);
    terminal->spoken_ns = now();
}

static void show(run_progress *progress, const run_so_far *so_far) {
    cli_terminal *terminal = (cli_terminal *)(void *)progress;
    int64_t now_ns = now(), passed_ns = now_ns - terminal->drawn_ns;
    if (now_ns - terminal->spoken_ns < SILENCE_NS || passed_ns < REDRAW_NS)
        return;
    double rate = (double)(so_far->steps - terminal->drawn_steps) / ((double)passed_ns / 1e9);
    char time[BASE_NUMBER_TEXT];
    (void)base_number_format((double)(cad_loop_time(so_far->loop) / CAD_MILLISECOND) / 1e3, time);
    erase(terminal);
    fprintf(terminal->file, "%s s of virtual time, %" PRIu64 " task%s, %" PRIu64 " steps", time,
            so_far->tasks, so_far->tasks == 1 ? "" : "s", so_far->steps);
    if (terminal->drawn_steps > 0)
        fprintf(terminal->file, ", %.1f million a second", rate / 1e6);
    (void)fflush(terminal->file);
    terminal->drawn = true;
    terminal->drawn_ns = now_ns;
    terminal->drawn_steps = so_far->steps;
}

void cli_terminal_start(cli_terminal *terminal, FILE *file) {
    int64_t now_ns = now();
    *terminal = (cli_terminal){
        .progress = {show, hide}, .file = file, .spoken_ns = now_ns, .drawn_ns = now_ns};
}
