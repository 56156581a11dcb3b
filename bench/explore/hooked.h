/* hooked.h - comes before the sources of pools that are explored (-include): what the
 * compiler's own hooks do not see.
 *
 * Pools of others need it not; where they pause by an instruction, or change two words at
 * once, a line of theirs may call these instead. */
#ifndef EXPLORE_HOOKED_H
#define EXPLORE_HOOKED_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* {tag, value} at a dword changes if it is what it was said to be. */
bool explore_dword_swap(void *dword, uint64_t tag, uint64_t value, uint64_t new_tag, uint64_t new_value);

/* In the place of a processor's pause. */
void explore_spin_pause(void);

/* In the place of a processor's counter. */
uint64_t explore_moment(void);

#ifdef __cplusplus
}
#endif

#ifndef EXPLORE_RUNTIME
#define __builtin_ia32_pause() explore_spin_pause()
#define __builtin_ia32_rdtsc() explore_moment()
#endif

#endif
