/* From SDL's events to the names and numbers that input.h takes. */
#include "events.h"

#include <math.h>
#include <stdio.h>

enum { NAME_SIZE = 48 };

/* Steps of the wheel for two fingers that move apart by the width of the touchpad. */
#define PINCH_STEPS 18

static bool is_letter(SDL_Keycode sym) {
    return sym >= SDLK_a && sym <= SDLK_z;
}

/* A key that types a sign, whichever: what it is depends on the keyboard, on Shift and on AltGr. */
static bool is_sign(SDL_Keycode sym) {
    return sym >= SDLK_SPACE && sym < SDLK_DELETE && !is_letter(sym);
}

/* A letter of another script is meant as the one that stands in its place on a Latin keyboard. */
static SDL_Keycode latin(const SDL_Keysym *key) {
    bool letter = key->scancode >= SDL_SCANCODE_A && key->scancode <= SDL_SCANCODE_Z;
    bool other = key->sym > SDLK_DELETE && (key->sym & SDLK_SCANCODE_MASK) == 0;
    return letter && other ? SDLK_a + (SDL_Keycode)(key->scancode - SDL_SCANCODE_A) : key->sym;
}

/* Letters and keys with names, by themselves or with others held. Signs are left to on_text(),
 * but for those with Ctrl, which type nothing. */
static unsigned on_key(struct viz_state *state, const SDL_Keysym *key) {
    SDL_Keycode sym = latin(key);
    bool ctrl = (key->mod & KMOD_CTRL) != 0;
    if ((is_sign(sym) || (viz_input_is_text(state) && is_letter(sym))) && !ctrl)
        return 0;
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s%s%s%.20s", ctrl ? "Ctrl+" : "",
             key->mod & KMOD_ALT ? "Alt+" : "",
             key->mod & KMOD_SHIFT && !is_sign(sym) ? "Shift+" : "", SDL_GetKeyName(sym));
    bool typed = viz_input_is_text(state);
    unsigned what = viz_input_key(state, name);
    /* The letter that asks for text is no part of it: it comes as text, too, right behind. */
    SDL_Event text;
    if (!typed && viz_input_is_text(state))
        (void)SDL_PeepEvents(&text, 1, SDL_GETEVENT, SDL_TEXTINPUT, SDL_TEXTINPUT);
    return what;
}

/* Signs, as they were typed; where text is asked for, all of it. */
static unsigned on_text(struct viz_state *state, const char *text) {
    if (viz_input_is_text(state))
        return viz_input_text(state, text);
    bool sign = is_sign((SDL_Keycode)(unsigned char)text[0]) && text[1] == '\0' &&
                (text[0] < 'A' || text[0] > 'Z');
    if (!sign || (SDL_GetModState() & KMOD_CTRL) != 0)
        return 0;
    return viz_input_key(state, text[0] == ' ' ? "Space" : text);
}

static unsigned on_wheel(struct viz_state *state, const SDL_MouseWheelEvent *wheel) {
    SDL_Keymod mod = SDL_GetModState();
    const char *name = mod & KMOD_CTRL ? "Ctrl+wheel" : mod & KMOD_SHIFT ? "Shift+wheel" : "wheel";
    return viz_input_turn(state, name, (double)wheel->preciseX, (double)wheel->preciseY);
}

static int pixels(double pixel_ratio, int mouse) {
    return (int)floor(mouse * pixel_ratio);
}

static unsigned on_press(struct viz_input *input, struct viz_state *state, double ratio,
                         const SDL_MouseButtonEvent *button) {
    bool left = button->button == SDL_BUTTON_LEFT;
    if (!left && button->button != SDL_BUTTON_MIDDLE)
        return 0;
    return viz_input_press(input, state, pixels(ratio, button->x), pixels(ratio, button->y),
                           left && button->clicks >= 2, (SDL_GetModState() & KMOD_SHIFT) != 0);
}

unsigned viz_event(struct viz_input *input, struct viz_state *state, double pixel_ratio,
                   const SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        return VIZ_QUIT;
    case SDL_KEYDOWN:
        return on_key(state, &event->key.keysym);
    case SDL_TEXTINPUT:
        return on_text(state, event->text.text);
    case SDL_MOUSEMOTION:
        return viz_input_move(input, state, pixels(pixel_ratio, event->motion.x),
                              pixels(pixel_ratio, event->motion.y));
    case SDL_MOUSEBUTTONDOWN:
        return on_press(input, state, pixel_ratio, &event->button);
    case SDL_MOUSEBUTTONUP:
        return viz_input_release(input, state);
    case SDL_MOUSEWHEEL:
        return on_wheel(state, &event->wheel);
    case SDL_MULTIGESTURE:
        return viz_input_turn(state, "pinch", 0, PINCH_STEPS * (double)event->mgesture.dDist);
    case SDL_WINDOWEVENT:
        return event->window.event == SDL_WINDOWEVENT_LEAVE ? viz_input_leave(state) : 0;
    default:
        return 0;
    }
}
