/* views.c - C11's memory: which values a load may read, and which accesses race.
 *
 * Each place keeps its newest values, in the order in which they were stored. A view says of
 * each place which of its values, and of each thread which of its steps, are known; one
 * array of numbers is both, threads first. A store carries a view: its thread's, if it
 * releases, else that of the thread's last release fence. A load may read any value that its
 * thread's view does not forbid; if it acquires, the view that comes with the value is joined.
 * The view of sequential consistency is joined both ways by fences, and place by place by
 * accesses. (Kang et al., A promising semantics, POPL 2017, without promises.)
 *
 * Not modelled: load buffering; a store that is put before an older one; accesses of
 * different sizes to one place. A failing compare-exchange reads the newest value.
 *
 * What code without hooks has written is noticed at the next access, and taken for
 * something that everybody knows. */
#include "bench/explore/views.h"

#include <string.h>

enum {
    THREADS = EXPLORE_VIEWS_MAX,
    IDS = 1024,    /* threads and places */
    KEPT = 8,      /* values of a place */
    SLOTS = 4096,  /* of the table of places; a power of two */
    CELLS = 16384, /* of the table of plain accesses */
    ACCESSES = 6,  /* that a cell remembers */
    GRANULE = 8,
};
enum { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

struct view {
    int length; /* of one that came with a value: ids then; of the others all count */
    uint32_t at[IDS];
};

struct message {
    uint64_t value;
    bool has_view;
    struct view view;
};

struct place {
    uintptr_t key; /* its address; odd: a lock or the like */
    uint32_t born; /* the schedule */
    int id;
    uint32_t newest; /* number of the newest value; the oldest kept is KEPT - 1 before it, or 0 */
    struct message messages[KEPT];
};

struct access {
    const void *pc;
    uint32_t clock;
    int8_t thread; /* -1: none */
    uint8_t bytes; /* a bit for each */
    bool writes, atomic, frees;
};

struct cell {
    uintptr_t granule;
    uint32_t born;
    struct access accesses[ACCESSES];
};

static struct view now[THREADS], acquired[THREADS], released[THREADS], everywhere;
static struct place places[IDS];
static struct {
    uint32_t born;
    int place;
} slots[SLOTS];
static struct cell cells[CELLS];
static int ids;
static uint32_t schedule, cell_count;

static void join(struct view *view, const struct view *other, int length)
{
    for (int i = 0; i < length; i++)
        view->at[i] = view->at[i] > other->at[i] ? view->at[i] : other->at[i];
}

static void copy(struct view *view, const struct view *other)
{
    memcpy(view->at, other->at, (size_t)ids * sizeof *view->at);
    view->length = ids;
}

static void clear(struct view *view)
{
    memset(view->at, 0, (size_t)ids * sizeof *view->at);
    view->length = ids;
}

static int self(void)
{
    return runtime.now->index;
}

static bool acquires(int order)
{
    return order == ACQUIRE || order == CONSUME || order == ACQ_REL || order == SEQ_CST;
}

static bool releases(int order)
{
    return order == RELEASE || order == ACQ_REL || order == SEQ_CST;
}

void views_begin(void)
{
    schedule++;
    cell_count = 0;
    ids = THREADS;
    for (int i = 0; i < THREADS; i++) {
        clear(&now[i]);
        clear(&acquired[i]);
        clear(&released[i]);
    }
    clear(&everywhere);
    now[0].at[0] = 1;
}

/* Places. */

static struct place *place_new(uintptr_t key, uint64_t value)
{
    struct place *place = &places[ids - THREADS];
    if (ids == IDS)
        runtime_stop(EXPLORE_OVER_LIMITS, (void *)key, "more than %d atomics", IDS - THREADS);
    for (int i = 0; i < THREADS; i++)
        now[i].at[ids] = acquired[i].at[ids] = released[i].at[ids] = 0;
    everywhere.at[ids] = 0;
    place->key = key;
    place->id = ids++;
    place->newest = 0;
    place->messages[0].value = value;
    place->messages[0].has_view = false;
    return place;
}

static struct place *place_at(uintptr_t key, uint64_t value)
{
    uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15) >> 40) % SLOTS;
    while (slots[at].born == schedule && places[slots[at].place].key != key)
        at = (at + 1) % SLOTS;
    if (slots[at].born != schedule) {
        slots[at].born = schedule;
        slots[at].place = ids - THREADS;
        return place_new(key, value);
    }
    return &places[slots[at].place];
}

static struct message *message_new(struct place *place, uint64_t value)
{
    struct message *message = &place->messages[++place->newest % KEPT];
    message->value = value;
    message->has_view = false;
    return message;
}

/* The place, after what came from elsewhere was noticed. */
static struct place *place_of(const void *address, int size, uint64_t newest)
{
    struct place *place = place_at((uintptr_t)address, newest);
    (void)size;
    if (place->messages[place->newest % KEPT].value != newest) {
        struct message *message = message_new(place, newest);
        message->has_view = true;
        clear(&message->view);
        for (int i = 0; i < runtime.count; i++)
            join(&message->view, &now[i], ids);
        message->view.at[place->id] = place->newest;
    }
    return place;
}

/* Races. */

static bool known(const struct access *access)
{
    return access->thread == self() || now[self()].at[access->thread] >= access->clock;
}

static const char *act_of(const struct access *access)
{
    static const char *const acts[2][2] = {{"reads", "writes"}, {"atomically reads", "atomically writes"}};
    return access->frees ? "frees" : acts[access->atomic][access->writes];
}

static void __attribute__((noreturn))
race(const struct access *before, const struct access *access, const void *address)
{
    runtime_stop_other(EXPLORE_RACE, address, before->pc, before->thread,
                       "%s %s what %s %s, and nothing orders the two", runtime.now->name, act_of(access),
                       runtime.threads[before->thread].name, act_of(before));
}

static struct cell *cell_at(uintptr_t granule, bool make)
{
    uint32_t at = (uint32_t)((granule * 0x9e3779b97f4a7c15) >> 40) % CELLS;
    while (cells[at].born == schedule && cells[at].granule != granule)
        at = (at + 1) % CELLS;
    if (cells[at].born == schedule)
        return &cells[at];
    if (!make || cell_count > CELLS / 2) /* races on what comes then are not seen */
        return NULL;
    cell_count++;
    cells[at].born = schedule;
    cells[at].granule = granule;
    for (int i = 0; i < ACCESSES; i++)
        cells[at].accesses[i].thread = -1;
    return &cells[at];
}

/* Looks for a race with what the cell remembers, and remembers this one: in the place of the
 * same thread's, else of one that is known to this thread, else of any. */
static void cell_access(struct cell *cell, const struct access *access, const void *address)
{
    int place = -1, rank = 0;
    for (int i = 0; i < ACCESSES; i++) {
        struct access *before = &cell->accesses[i];
        int worth;
        if (before->thread < 0)
            worth = 2;
        else if (before->thread == access->thread && before->writes == access->writes &&
                 before->atomic == access->atomic && before->bytes == access->bytes)
            worth = 3;
        else {
            bool ordered = known(before);
            if (!ordered && (before->writes || access->writes) && !(before->atomic && access->atomic) &&
                before->bytes & access->bytes)
                race(before, access, address);
            /* a read says less than a write that comes after it in the order */
            worth = ordered && (access->writes || !before->writes) ? 1 : 0;
        }
        if (worth > rank) {
            rank = worth;
            place = i;
        }
    }
    cell->accesses[place >= 0 ? place : (int)(choose_own_draw(6) % ACCESSES)] = *access;
}

static void note(const void *address, size_t size, bool writes, bool atomic, const void *pc)
{
    uintptr_t at = (uintptr_t)address, end = runtime.races ? at + size : at;
    struct access access = {
        .pc = pc, .clock = now[self()].at[self()], .thread = (int8_t)self(), .writes = writes, .atomic = atomic};
    for (uintptr_t granule = at / GRANULE; granule * GRANULE < end; granule++) {
        uintptr_t from = granule * GRANULE < at ? at % GRANULE : 0;
        uintptr_t to = end - granule * GRANULE < GRANULE ? end - granule * GRANULE : GRANULE;
        struct cell *cell = cell_at(granule, true);
        access.bytes = (uint8_t)((0xff << from) & (0xff >> (GRANULE - to)));
        if (cell)
            cell_access(cell, &access, address);
    }
}

void views_plain(const void *address, size_t size, bool writes, const void *pc)
{
    note(address, size, writes, false, pc);
}

void views_freed(const void *address, size_t size, bool writes, const void *pc)
{
    uintptr_t from = (uintptr_t)address / GRANULE, to = ((uintptr_t)address + size + GRANULE - 1) / GRANULE;
    struct access access = {.pc = pc,
                            .clock = now[self()].at[self()],
                            .thread = (int8_t)self(),
                            .bytes = 0xff,
                            .writes = writes,
                            .frees = true};
    for (uintptr_t granule = from; granule < to; granule++) {
        struct cell *cell = cell_at(granule, false);
        if (cell)
            cell_access(cell, &access, (const void *)(granule * GRANULE));
    }
}

/* Atomic accesses. */

static void learn(const struct message *message, int order)
{
    if (message->has_view)
        join(acquires(order) ? &now[self()] : &acquired[self()], &message->view, message->view.length);
}

/* Another thread may know of all that came before from here on. */
static void tick(void)
{
    now[self()].at[self()]++;
}

uint64_t views_load_newest(const void *address, int size, uint64_t newest, int order)
{
    struct place *place = place_of(address, size, newest);
    struct message *message = &place->messages[place->newest % KEPT];
    note(address, (size_t)size, false, true, runtime.now->pc);
    now[self()].at[place->id] = place->newest;
    learn(message, order);
    return message->value;
}

uint64_t views_load(const void *address, int size, uint64_t newest, int order)
{
    struct place *place = place_of(address, size, newest);
    struct view *view = &now[self()];
    uint32_t number = place->newest, oldest = view->at[place->id];
    note(address, (size_t)size, false, true, runtime.now->pc);
    if (order == SEQ_CST && everywhere.at[place->id] > oldest)
        oldest = everywhere.at[place->id];
    if (number >= KEPT && oldest <= number - KEPT)
        oldest = number - KEPT + 1;
    for (unsigned i = 0; number > oldest && !runtime.verdict->unfair; i++, number--)
        if ((int)(choose_own_draw(32 + i) % 128) >= runtime.stale)
            break;
    view->at[place->id] = number;
    learn(&place->messages[number % KEPT], order);
    return place->messages[number % KEPT].value;
}

/* A new value. Its view knows of itself. */
static void publish(struct place *place, uint64_t value, int order, const struct view *before)
{
    struct message *message = message_new(place, value);
    now[self()].at[place->id] = place->newest;
    copy(&message->view, releases(order) ? &now[self()] : &released[self()]);
    if (before)
        join(&message->view, before, before->length);
    message->view.at[place->id] = place->newest;
    message->has_view = true;
    if (order == SEQ_CST)
        everywhere.at[place->id] = place->newest;
    if (releases(order))
        tick();
}

void views_store(void *address, int size, uint64_t newest, uint64_t value, int order)
{
    struct place *place = place_of(address, size, newest);
    note(address, (size_t)size, true, true, runtime.now->pc);
    publish(place, value, order, NULL);
}

void views_swap(void *address, int size, uint64_t newest, uint64_t value, int order)
{
    struct place *place = place_of(address, size, newest);
    struct message *read = &place->messages[place->newest % KEPT];
    static struct view before; /* a place's messages are few: the new one may lie where the old one does */
    bool follows = read->has_view;
    note(address, (size_t)size, true, true, runtime.now->pc);
    now[self()].at[place->id] = place->newest;
    learn(read, order);
    if (follows) {
        before.length = read->view.length;
        memcpy(before.at, read->view.at, (size_t)read->view.length * sizeof *before.at);
    }
    publish(place, value, order, follows ? &before : NULL);
}

/* Places only: a fence by itself orders no plain accesses. */
static void join_places(struct view *view, const struct view *other)
{
    for (int i = THREADS; i < ids; i++)
        view->at[i] = view->at[i] > other->at[i] ? view->at[i] : other->at[i];
}

void views_fence(int order)
{
    struct view *view = &now[self()];
    if (acquires(order))
        join(view, &acquired[self()], ids);
    if (order == SEQ_CST) {
        join_places(view, &everywhere);
        join_places(&everywhere, view);
    }
    if (releases(order)) {
        copy(&released[self()], view);
        tick();
    }
}

void views_barrier_of(struct runtime_thread *thread)
{
    struct runtime_thread *current = runtime.now;
    runtime.now = thread;
    views_fence(SEQ_CST);
    runtime.now = current;
}

/* Locks and threads. */

static struct message *lock_at(const void *address)
{
    return &place_at((uintptr_t)address | 1, 0)->messages[0];
}

void views_acquire(const void *address)
{
    struct message *message = lock_at(address);
    if (message->has_view)
        join(&now[self()], &message->view, message->view.length);
}

void views_release(const void *address)
{
    struct message *message = lock_at(address);
    if (message->has_view) {
        for (int i = message->view.length; i < ids; i++)
            message->view.at[i] = 0;
        message->view.length = ids;
        join(&message->view, &now[self()], ids);
    } else {
        copy(&message->view, &now[self()]);
        message->has_view = true;
    }
    tick();
}

void views_born(struct runtime_thread *parent, struct runtime_thread *child)
{
    uint32_t clock;
    if (child->index >= THREADS)
        runtime_stop(EXPLORE_OVER_LIMITS, NULL, "more than %d threads under c11", THREADS);
    clock = now[child->index].at[child->index] + 1; /* its number may have been another's */
    copy(&now[child->index], &now[parent->index]);
    copy(&acquired[child->index], &now[parent->index]);
    clear(&released[child->index]);
    now[child->index].at[child->index] = clock;
    tick();
}

uint32_t views_clock(const struct runtime_thread *thread)
{
    return now[thread->index].at[thread->index];
}

bool views_seen(const struct runtime_thread *thread, int of, uint32_t clock)
{
    return now[thread->index].at[of] >= clock;
}
