/* Runs scenarios and compares what they do with what CPython's asyncio was seen to do.
 *
 *     conformance FOLDER [FAMILY]
 *
 * FOLDER has NAME.json and NAME.expected: every line of standard output, then `outcome NAME at
 * NANOSECONDS`. FAMILY is what comes before the number in NAME: only these are run.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/limit.h"
#include "base/memory.h"
#include "program/load.h"
#include "run/machine.h"
#include "run/process.h"
#include "run/run.h"
#include "steps/language.h"

/* --- Running --------------------------------------------------------------------------------- */

/* What a run printed, and its outcome line, in *found. False after a message. */
static bool run_program(const prog_program *program, int fd, base_buffer *found) {
    run_lines lines;
    run_machine *machine;
    if (run_lines_open(&lines, fd) != 0)
        return false;
    const run_machine_options options = {.slow_ns = CAD_NEVER,
                                         .max_steps = 50 * 1000 * 1000,
                                         .max_still = RUN_MAX_STILL,
                                         .max_tasks = 1000 * 1000,
                                         .max_time_ns = RUN_MAX_TIME_NS,
                                         .lines = &lines};
    int error = run_machine_new(program, &options, &machine);
    if (error == 0)
        run_machine_run(machine);
    bool fine = run_lines_close(&lines) == 0 && error == 0;
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = malloc((size_t)size + 1);
    fine =
        fine && size >= 0 && text != NULL && pread(fd, text, (size_t)size, 0) == size &&
        base_buffer_append(found, text, (size_t)size) == 0 &&
        base_buffer_format(found, "outcome %s at %" PRId64 "\n",
                           run_outcome_name(machine->result.outcome), machine->result.end_ns) == 0;
    free(text);
    run_machine_free(machine);
    return fine;
}

static bool run(const char *path, base_buffer *found) {
    prog_program *program;
    FILE *output = tmpfile();
    bool fine = prog_load(path, &step_language, &program) == 0 && output != NULL &&
                run_program(program, fileno(output), found);
    if (!fine && program != NULL)
        (void)doc_print_faults(program->document, stderr);
    prog_free(program);
    if (output != NULL)
        (void)fclose(output);
    return fine;
}

/* --- Comparing ------------------------------------------------------------------------------- */

static bool read_file(const char *path, base_buffer *text) {
    char piece[4096];
    size_t length;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    bool fine = base_buffer_append(text, "", 0) == 0;
    while (fine && (length = fread(piece, 1, sizeof piece, file)) > 0)
        fine = base_buffer_append(text, piece, length) == 0;
    (void)fclose(file);
    return fine;
}

static const char *next_line(const char *line) {
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

/* The first difference, with a few lines before it. */
static void print_difference(const char *name, const char *expected, const char *found) {
    enum { BEFORE = 6, AFTER = 4 };
    const char *start = expected, *wanted = expected, *got = found;
    int line = 1;
    while (*wanted != '\0' && next_line(wanted) - wanted == next_line(got) - got &&
           memcmp(wanted, got, (size_t)(next_line(wanted) - wanted)) == 0) {
        if (line++ > BEFORE)
            start = next_line(start);
        wanted = next_line(wanted);
        got = next_line(got);
    }
    fprintf(stderr, "%s: line %d differs\n", name, line);
    for (; start < wanted; start = next_line(start))
        fprintf(stderr, "      %.*s\n", (int)strcspn(start, "\n"), start);
    for (int i = 0; i < AFTER && *wanted != '\0'; i++, wanted = next_line(wanted))
        fprintf(stderr, "    - %.*s\n", (int)strcspn(wanted, "\n"), wanted);
    for (int i = 0; i < AFTER && *got != '\0'; i++, got = next_line(got))
        fprintf(stderr, "    + %.*s\n", (int)strcspn(got, "\n"), got);
}

static bool check(const char *folder, const char *name) {
    char path[512];
    base_buffer expected = {0}, found = {0};
    (void)snprintf(path, sizeof path, "%s/%s.expected", folder, name);
    bool fine = read_file(path, &expected);
    (void)snprintf(path, sizeof path, "%s/%s.json", folder, name);
    fine = fine && run(path, &found);
    if (!fine) {
        fprintf(stderr, "%s: could not be run\n", name);
    } else if (strcmp(expected.data, found.data) != 0) {
        fine = false;
        print_difference(name, expected.data, found.data);
    }
    base_buffer_free(&expected);
    base_buffer_free(&found);
    return fine;
}

/* --- All cases ------------------------------------------------------------------------------- */

/* True for `lock-12.json` of the family `lock`; the name without its end in `name`. */
static bool belongs(const char *file, const char *family, char name[256]) {
    size_t length = strlen(file);
    if (length < 6 || length >= 256 || strcmp(file + length - 5, ".json") != 0)
        return false;
    memcpy(name, file, length - 5);
    name[length - 5] = '\0';
    return family == NULL ||
           (strncmp(name, family, strlen(family)) == 0 && name[strlen(family)] == '-');
}

int main(int argc, char **argv) {
    char name[256];
    int count = 0, failed = 0;
    DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fputs("usage: conformance FOLDER [FAMILY]\n", stderr);
        return 2;
    }
    run_process_start(BASE_UNLIMITED);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!belongs(entry->d_name, argc > 2 ? argv[2] : NULL, name))
            continue;
        count++;
        failed += !check(argv[1], name);
    }
    (void)closedir(folder);
    printf("%d of %d cases as expected\n", count - failed, count);
    return failed > 0 || count == 0 ? 1 : 0;
}
