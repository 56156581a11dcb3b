/* guard.h - the check build watches how its own pools are used: each call of a pool
 * goes through guard.c, which ends the process with a message
 *
 *   when pool_free begins while a submit from outside has neither returned nor ever
 *   been counted as blocked: that its job has run does not say that it has returned;
 *   when a pool is used that was freed (the last GUARD_KEPT of them are remembered).
 *
 * In what is measured there is no guard: POOL_GUARD(statement) is nothing. */
#ifndef GUARD_H
#define GUARD_H

#ifdef POOL_INJECT

struct pool_head;

/* Puts the guard's table in the place of the pool's own. Who has no memory for it goes
 * on without. */
void pool_guard_opened(struct pool_head *head);

/* Keeps the memory of a freed pool for a while. Returns what is to be freed in its
 * stead, or NULL. */
struct pool_head *pool_guard_freed(struct pool_head *head);

/* This thread is about to be counted as blocked: all submits to this pool on its stack are
 * awaited from now on. */
void pool_guard_blocked(struct pool_head *head);

#define POOL_GUARD(statement) statement
#else
#define POOL_GUARD(statement) ((void)0)
#endif

#endif
