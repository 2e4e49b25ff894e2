/* language.h - the language that scenarios are written in, for prog_load().
 */
#ifndef STEPS_LANGUAGE_H
#define STEPS_LANGUAGE_H

#include "program/language.h"
#include "program/load.h"

extern const prog_language step_language;

#endif
