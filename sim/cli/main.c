/* cadran: the command line. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/elsewhere.h"
#include "base/suggestion.h"
#include "cadran.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/viewer.h"

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

static void print_help(FILE *file) {
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
}

/* What people call some of them. */
static const char *meant(const char *name) {
    static const char *const words[][2] = {
        {"simulate", "run"},   {"start", "run"},      {"exec", "run"},          {"execute", "run"},
        {"validate", "check"}, {"lint", "check"},     {"verify", "check"},      {"show", "view"},
        {"plot", "view"},      {"draw", "view"},      {"open", "view"},         {"stats", "export"},
        {"convert", "export"}, {"report", "export"},  {"statistics", "export"}, {"explain", "why"},
        {"update", "accept"},  {"approve", "accept"}, {"tests", "test"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], name) == 0)
            return words[i][1];
    return NULL;
}

static int unknown(const char *name) {
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, name, strlen(name));
    for (int i = 0; i < COMMANDS; i++)
        base_suggestion_offer(&suggestion, commands[i].name);
    base_suggestion_offer(&suggestion, "help");
    base_suggestion_offer(&suggestion, "--help");
    base_suggestion_offer(&suggestion, "--version");
    const char *what = name[0] == '-' ? "option" : "command";
    if (access(name, F_OK) == 0)
        return cli_wrong("cadran",
                         "\"%s\" is a file; a command stands before it, as in cadran run %s", name,
                         name);
    char elsewhere[160];
    if (name[0] == '-' && base_elsewhere(name, strcspn(name, "="), elsewhere, sizeof elsewhere))
        return cli_wrong("cadran", "unknown option \"%s\"%s", name, elsewhere);
    if (meant(name) != NULL)
        suggestion.best = meant(name);
    if (suggestion.best == NULL && strpbrk(name, "./") != NULL)
        return cli_wrong("cadran", "\"%s\" is no command, and no file; see cadran --help", name);
    if (suggestion.best != NULL)
        return cli_wrong("cadran", "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                         suggestion.best);
    return cli_wrong("cadran", "unknown %s \"%s\"; see cadran --help", what, name);
}

/* A standard stream that is closed would be the next file that is opened, a trace perhaps. So its
 * place is taken; it still cannot be used, which whoever tries is told. */
static void hold_standard_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int run_command(int argc, char **argv) {
    char name[32];
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, argv[0]) == 0) {
            (void)snprintf(name, sizeof name, "cadran %s", commands[i].name);
            return cli_end(name, commands[i].run(argc, argv));
        }
    }
    return unknown(argv[0]);
}

/* For completions, and for who has given an option to a command that lacks it: all options of each,
 * below its name. */
static int list_options(void) {
    char list[] = "--options";
    puts("\n--version\t\tprint the version"); /* of no command */
    for (int i = 0; i < COMMANDS; i++) {
        char name[16], *argv[] = {name, list, NULL};
        (void)snprintf(name, sizeof name, "%s", commands[i].name);
        printf("%s\n", name);
        if (commands[i].run == cli_cmd_view)
            (void)cli_run_viewer(argv);
        else
            (void)commands[i].run(2, argv);
    }
    return CLI_STATUS_EXPECTED;
}

int main(int argc, char **argv) {
    hold_standard_streams();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that is too large is an error of write() */
    if (argc < 2) {
        print_help(stderr);
        return CLI_STATUS_USAGE;
    }
    const char *name = argv[1];
    char help[] = "--help", *asked[] = {argv[2], help, NULL};
    if (argc == 3 && strcmp(name, "help") == 0)
        return run_command(2, asked);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        print_help(stdout);
    else if (strcmp(name, "--version") == 0)
        printf("cadran %s\n", CAD_VERSION);
    else if (argc == 2 && strcmp(name, "--options") == 0)
        return cli_end("cadran", list_options());
    else
        return run_command(argc - 1, argv + 1);
    return cli_end("cadran", CLI_STATUS_EXPECTED);
}
