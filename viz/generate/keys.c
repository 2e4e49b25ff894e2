/* cadran-keys: the table of the viewer's actions as `cadran-keys markdown` and as `cadran-keys
 * mdoc`, the language of man pages. keys.py puts them where they belong. */
#include "actions.h"

#include <stdio.h>
#include <string.h>

/* What an input is made of other than words is set as code: one sign would be lost in a line. */
static void print_markdown_input(const struct viz_trigger *trigger) {
    bool sign = strlen(trigger->input) == 1;
    printf("%s%s%s", sign ? "`" : "", trigger->input, sign ? "`" : "");
}

static void print_markdown(const struct viz_action *action) {
    fputs("| ", stdout);
    for (int i = 0; i < VIZ_TRIGGERS_MAX && action->triggers[i].input != NULL; i++) {
        if (action->triggers[i].also)
            continue;
        fputs(i > 0 ? ", " : "", stdout);
        print_markdown_input(&action->triggers[i]);
    }
    printf(" | %s |\n", action->help);
}

/* Quoted, a list of signs is one argument of the macro, and not punctuation. A line that begins
 * with a point would be a macro itself. */
static void print_mdoc(const struct viz_action *action) {
    char inputs[VIZ_INPUTS_SIZE];
    viz_action_inputs(action, inputs);
    fputs(".It \"", stdout);
    for (const char *at = inputs; *at != '\0'; at++)
        printf("%s%c", *at == '-' ? "\\" : "", *at);
    char first = action->help[0];
    bool letter = first >= 'a' && first <= 'z';
    printf("\"\n%s%c%s.\n", letter ? "" : "\\&", letter ? first - 'a' + 'A' : first,
           action->help + 1);
}

int main(int argc, char **argv) {
    bool mdoc = argc == 2 && strcmp(argv[1], "mdoc") == 0;
    if (!mdoc && (argc != 2 || strcmp(argv[1], "markdown") != 0)) {
        fputs("usage: cadran-keys markdown|mdoc\n", stderr);
        return 2;
    }
    fputs(mdoc ? ".Bl -tag -width \"Ctrl+wheel\"\n" : "| | |\n| --- | --- |\n", stdout);
    for (size_t i = 0; i < viz_action_count; i++) {
        if (mdoc)
            print_mdoc(&viz_actions[i]);
        else
            print_markdown(&viz_actions[i]);
    }
    if (mdoc)
        puts(".El");
    return fflush(stdout) == 0 ? 0 : 3;
}
