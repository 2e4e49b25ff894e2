/* Parts of expressions, by number: each that has raised an error is given one, for as long as the
 * run lasts. */
#include "run/parts.h"

#include "base/memory.h"

uint32_t run_part_number(run_machine *machine, const expr_part *part) {
    run_parts *parts = &machine->parts;
    uint32_t first = (uint32_t)machine->program->code_count;
    uint32_t number = base_map_get(&parts->numbers, (uintptr_t)part);
    if (number != UINT32_MAX)
        return first + number;
    if (!base_grow(&parts->items, &parts->capacity, parts->count, sizeof *parts->items) ||
        !base_map_put(&parts->numbers, (uintptr_t)part, (uint32_t)parts->count))
        return PROG_NO_PC;
    parts->items[parts->count] = part;
    return first + (uint32_t)parts->count++;
}

const expr_part *run_part_of(const run_machine *machine, uint32_t number) {
    size_t first = machine->program->code_count;
    bool is_part = number >= first && number - first < machine->parts.count;
    return is_part ? machine->parts.items[number - first] : NULL;
}

uint32_t run_place_of(const run_machine *machine, uint32_t number) {
    const expr_part *part = run_part_of(machine, number);
    if (part != NULL)
        return doc_string_offset(machine->program->document, part->string, part->at);
    return number < machine->program->code_count ? machine->program->code[number].place
                                                 : DOC_NOWHERE;
}

void run_parts_free(run_machine *machine) {
    base_free(machine->parts.items);
    base_map_free(&machine->parts.numbers);
}
