/* cadran: the command line. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/show.h"
#include "cadran.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "document/fault.h"

static const struct {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
#define CLI_X(name, summary) {#name, summary, cli_cmd_##name},
    CLI_COMMANDS(CLI_X)
#undef CLI_X
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int print_help(FILE *file) {
    fputs("usage: cadran COMMAND [options] FILE\n"
          "\n"
          "Runs asynchronous programs, under a virtual clock or the real one, and shows what they\n"
          "did when.\n"
          "\n",
          file);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(file, "  %-7s %s\n", commands[i].name, commands[i].summary);
    fputs("\n"
          "cadran COMMAND --help tells more about a command. cadran --version prints the "
          "version.\n",
          file);
    return fflush(file) == 0 ? CLI_STATUS_EXPECTED : CLI_STATUS_ENVIRONMENT;
}

static int unknown(const char *name) {
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (int i = 0; i < COMMANDS; i++)
        base_suggestion_offer(&suggestion, commands[i].name);
    base_suggestion_offer(&suggestion, "--help");
    base_suggestion_offer(&suggestion, "--version");
    const char *what = name[0] == '-' ? "option" : "command";
    if (suggestion.best != NULL)
        base_show_line(stderr, "cadran: unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                       suggestion.best);
    else
        base_show_line(stderr, "cadran: unknown %s \"%s\"; see cadran --help", what, name);
    return CLI_STATUS_USAGE;
}

/* A standard stream that is closed would be the next file that is opened, a trace perhaps. So its
 * place is taken; it still cannot be used, which whoever tries is told. */
static void hold_standard_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
    hold_standard_streams();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that is too large is an error of write() */
    if (argc < 2) {
        (void)print_help(stderr);
        return CLI_STATUS_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return print_help(stdout);
    if (strcmp(name, "--version") == 0)
        return printf("cadran %s\n", CAD_VERSION) > 0 && fflush(stdout) == 0
                   ? CLI_STATUS_EXPECTED
                   : CLI_STATUS_ENVIRONMENT;
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(name);
}
