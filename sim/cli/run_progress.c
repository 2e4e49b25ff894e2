/* What shows where a long run is. */
#include "cli/run_progress.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/show.h"

#define SILENCE_NS CAD_SECOND
#define REDRAW_NS (CAD_SECOND / 4)
#define LONG_NS (3 * CAD_SECOND)

enum { NAMED = 5 };

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
    terminal->spoken_ns = base_clock_ns();
}

/* `clock, worker0 and 7 more`. */
static void print_alive(FILE *file, cad_loop *loop) {
    uint64_t count = 0;
    for (cad_task *task = cad_loop_first_task(loop); task != NULL;
         task = cad_loop_next_task(loop, task))
        if (count++ < NAMED) {
            const char *name = cad_task_name(task);
            fputs(count > 1 ? ", " : "", file);
            base_show(file, name, strlen(name));
        }
    if (count > NAMED)
        fprintf(file, " and %" PRIu64 " more", count - NAMED);
    if (count == 0)
        fputs("no task", file);
}

/* Once: a run that never ends looks like one that takes long. */
static void tell(cli_terminal *terminal, const run_so_far *so_far) {
    char time[BASE_NUMBER_TEXT];
    (void)base_number_format((double)(cad_loop_time(so_far->loop) / CAD_MILLISECOND) / 1e3, time);
    erase(terminal);
    (void)run_lines_flush(terminal->lines);
    fprintf(terminal->file, "still running after %d s, at %s s of virtual time; alive: ",
            (int)(LONG_NS / CAD_SECOND), time);
    print_alive(terminal->file, so_far->loop);
    fputs(". A run that is to end before its tasks has an \"until\" (or --until TIME)\n",
          terminal->file);
    terminal->told = true;
}

static void draw(cli_terminal *terminal, const run_so_far *so_far, int64_t now_ns) {
    int64_t passed_ns = now_ns - terminal->drawn_ns;
    double rate = (double)(so_far->steps - terminal->drawn_steps) / ((double)passed_ns / 1e9);
    char time[BASE_NUMBER_TEXT];
    (void)base_number_format((double)(cad_loop_time(so_far->loop) / CAD_MILLISECOND) / 1e3, time);
    erase(terminal);
    fprintf(terminal->file, "%s s of virtual time, %" PRIu64 " task%s, %" PRIu64 " steps", time,
            so_far->tasks, base_plural(so_far->tasks), so_far->steps);
    if (terminal->drawn_steps > 0)
        fprintf(terminal->file, ", %.1f million a second", rate / 1e6);
    (void)fflush(terminal->file);
    terminal->drawn = true;
    terminal->drawn_ns = now_ns;
    terminal->drawn_steps = so_far->steps;
}

static void show(run_progress *progress, const run_so_far *so_far) {
    cli_terminal *terminal = (cli_terminal *)(void *)progress;
    int64_t now_ns = base_clock_ns();
    if (!terminal->told && now_ns - terminal->began_ns >= LONG_NS)
        tell(terminal, so_far);
    if (terminal->draws && now_ns - terminal->spoken_ns >= SILENCE_NS &&
        now_ns - terminal->drawn_ns >= REDRAW_NS)
        draw(terminal, so_far, now_ns);
}

void cli_terminal_start(cli_terminal *terminal, FILE *file, run_lines *lines) {
    int64_t now_ns = base_clock_ns();
    *terminal = (cli_terminal){.progress = {show, hide},
                               .file = file,
                               .lines = lines,
                               .draws = isatty(fileno(file)) == 1,
                               .began_ns = now_ns,
                               .spoken_ns = now_ns,
                               .drawn_ns = now_ns};
}
