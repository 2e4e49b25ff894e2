#include "help.h"

const struct viz_help_line viz_help[] = {
    {"drag, arrow keys", "move; up and down scroll the lanes"},
    {"wheel", "scroll the lanes, or move in time where all lanes fit"},
    {"Shift + wheel", "move in time"},
    {"Ctrl + wheel,  +  \xE2\x88\x92", "zoom at the pointer"},
    {"Shift + drag", "zoom to a stretch of time"},
    {"double click,  Z", "zoom to a bar"},
    {"F,  0", "fit: all of the time, rows as high as suits"},
    {"[  ]", "lower and higher rows"},
    {"Home  End,  Page Up  Page Down", "first and last moment, a page of lanes"},
    {"click", "select: details, and who woke whom"},
    {"P  N,  Tab", "the bar before, the bar after"},
    {"W", "wakes: where they are few, all, none"},
    {"C", "colour by duration, name, task"},
    {"O", "the strip shows the next object's number"},
    {"T", "dark or light"},
    {"?,  H,  F1", "this list"},
    {"Esc", "closes the list, then drops the selection"},
    {"Q,  Ctrl + W", "quit"},
};

const size_t viz_help_count = sizeof viz_help / sizeof viz_help[0];
