/* compare_kit.h - results for `compare` whose speeds are made up, so that what it must say of
 * them is known: base.json, and new.json. */
#ifndef COMPARE_KIT_H
#define COMPARE_KIT_H

#include <jansson.h>
#include <stddef.h>

/* A result of 12 rounds of two pools and the floor, in base.json. Owner: the caller. */
json_t *compare_kit_base(void);

/* Writes new.json. */
void compare_kit_save(const json_t *document);

/* The speeds of one configuration, times a factor. */
void compare_kit_speed_up(json_t *document, size_t configuration, double factor);

/* The trials of one configuration; borrowed. */
json_t *compare_kit_trials(json_t *document, size_t configuration);

/* Of the first configuration: sets a number of each trial (in an object of it, or NULL); lets the
 * first `count` trials fail. */
void compare_kit_set_all(json_t *document, const char *object, const char *key, double value);
void compare_kit_fail_some(json_t *document, size_t count);

#endif
