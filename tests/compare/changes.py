"""Fifty-eight changes that somebody could make to the engine, each with a scenario in which it has
an effect, and what the first root must say of it."""


class Change:
    """file, old and new: what is replaced. scenario: a document, without its version. at: the time of
    the first root, in seconds. names: what its sentence or its span must have,
    each; of a tuple, one of them: with details, a root is sooner found."""

    def __init__(self, title, file, old, new, scenario, at, *names):
        self.title, self.file, self.old, self.new = title, file, old, new
        self.scenario, self.at, self.names = scenario, at, names


def tasks(*rows, **more):
    """A scenario of tasks: (name, steps) or (name, count, steps)."""
    found = []
    for row in rows:
        task = {"name": row[0], "do": row[-1]}
        if len(row) == 3:
            task["count"] = row[1]
        found.append(task)
    return {"tasks": found} | more


def objects(**types):
    return {name: {"type": kind} if isinstance(kind, str) else kind
            for name, kind in types.items()}


def work(name, seconds):
    return {"span": name, "do": [{"sleep": seconds}]}


def use(verb_in, verb_out, name, seconds, thing):
    return [{verb_in: thing}, work(name, seconds), {verb_out: thing}]


SLOTS = objects(slots={"type": "queue", "maxsize": 2})
WINDOW = tasks(("job{i}", 6, use("put", "get", "load {i}", "i % 3 + 1", "slots")), objects=SLOTS)
BUSY = tasks(("early{i}", 2, [{"acquire": "limit"}, {"sleep": 1}, {"release": "limit"},
                              {"acquire": "limit"}, work("again {i}", 1), {"release": "limit"}]),
             ("late", [{"acquire": "limit"}, work("late", 1), {"release": "limit"}]),
             objects=objects(limit={"type": "semaphore", "value": 1}))
SEMAPHORE = tasks(("job{i}", 6, use("acquire", "release", "load {i}", "i % 3 + 1", "limit")),
                  objects=objects(limit={"type": "semaphore", "value": 2}))
LOCK = tasks(("job{i}", 4, use("acquire", "release", "turn {i}", 1, "mutex")),
             objects=objects(mutex="lock"))
EVENT = tasks(("waiter{i}", 4, [{"wait": "go"}, work("run {i}", "i + 1")]),
              ("starter", [{"sleep": 2}, {"set": "go"}]), objects=objects(go="event"))
CONDITION = tasks(
    ("waiter{i}", 4, [{"with": "door", "do": [{"wait": "door"}]}, work("in {i}", 1)]),
    ("keeper", [{"repeat": 4, "do": [{"sleep": 2}, {"with": "door", "do": [{"notify": "door"}]}]}]),
    objects=objects(door="condition"))
BARRIER = tasks(("runner{i}", 3, [work("leg {i}", "i + 1"), {"wait": "line"}, work("rest {i}", 1)]),
                objects=objects(line={"type": "barrier", "parties": 3}))
SLEEPERS = tasks(("sleeper{i}", 3, [work("nap {i}", 1), {"put": "inbox", "value": "{i}"}]),
                 ("reader", [{"repeat": 3, "do": [{"get": "inbox", "as": "got"},
                                                  {"log": "got {got}"}]}]),
                 objects=objects(inbox="queue"))
STEPS = tasks(("worker{i}", 2, [{"let": {"n": 1}}, {"repeat": 3, "do": [work("step {i}{n}", 2), {"let": {"n": "n + 1"}}]}]))
TIMEOUT = tasks(("client", [{"try": [{"timeout": 1, "do": [work("call", 5)]}],
                             "except": {"TimeoutError": [{"log": "gone"}]}}, work("after", 1)]))
CANCEL = tasks(("victim", [{"try": [work("long", 10)],
                            "except": {"CancelledError": [{"put": "log", "value": "victim"},
                                                          {"raise": True}]}}]),
               ("other", [{"wait": "bell"}, {"put": "log", "value": "other"}]),
               ("killer", [{"sleep": 2}, {"cancel": "victim"}, {"set": "bell"}]),
               ("reader", [{"repeat": 2, "do": [{"get": "log", "as": "who"}, {"print": "{who}"}]}]),
               objects=objects(log="queue", bell="event"))
GATHER = tasks(("main", [{"spawn": "fetch", "args": {"n": 1}, "as": "a"},
                         {"spawn": "fetch", "args": {"n": 3}, "as": "b"},
                         {"gather": ["a", "b"], "as": "pages"}, work("merge", 1)]),
               coroutines={"fetch": {"params": ["n"], "do": [work("fetch {n}", "n")]}})
GROUP = tasks(("main", [{"try": [{"task_group": [{"spawn": "page", "args": {"n": 4}},
                                                 {"spawn": "bad"}]}],
                         "except": {"ExceptionGroup": [{"log": "failed"}]}}]),
              coroutines={"page": {"params": ["n"], "do": [work("page {n}", "n")]},
                          "bad": {"do": [{"sleep": 1}, {"raise": "Boom"}]}})
SPAWN = tasks(("main", [{"spawn": "child", "as": "t"}, {"spawn": "other", "as": "u"},
                        {"await": "t"}]),
              coroutines={"child": {"do": [{"put": "line", "value": "child"}, work("c", 1)]},
                          "other": {"do": [{"put": "line", "value": "other"}, work("o", 1)]}},
              objects=objects(line={"type": "queue", "maxsize": 1}))
SPAWN["tasks"].append({"name": "reader", "do": [
    {"repeat": 2, "do": [{"sleep": 2}, {"get": "line", "as": "x"}, {"print": "{x}"}]}]})
JOIN = tasks(("feeder", [{"put": "jobs", "value": 1}, {"put": "jobs", "value": 2}, {"join": "jobs"},
                         work("close", 1)]),
             ("worker", [{"repeat": 2, "do": [{"get": "jobs", "as": "j"}, work("job {j}", 2),
                                              {"task_done": "jobs"}]}]),
             objects=objects(jobs="queue"))
PRIORITY = tasks(("feeder", [{"put": "heap", "value": n} for n in (5, 1, 4, 2, 3)]),
                 ("worker", [{"sleep": 1}, {"repeat": 5, "do": [
                     {"get": "heap", "as": "j"}, work("job {j}", "j")]}]),
                 objects=objects(heap={"type": "queue", "order": "priority"}))
SHIELD = tasks(("main", [{"spawn": "inner", "as": "t"},
                         {"try": [{"timeout": 1, "do": [{"shield": "t"}]}],
                          "except": {"TimeoutError": [{"log": "gone"}]}}]),
               coroutines={"inner": {"do": [work("save", 3)]}})
SHUTDOWN = tasks(("getter{i}", 2, [{"try": [{"get": "jobs"}],
                                    "except": {"QueueShutDown": [work("home {i}", 1)]}}]),
                 ("boss", [{"sleep": 1}, {"shutdown": "jobs"}]), objects=objects(jobs="queue"))

HELD = tasks(("holder", [{"with": "limit", "do": [work("hold", 2)]}, {"cancel": "waiter0"}]),
             ("waiter{i}", 2, [{"with": "limit", "do": [work("in {i}", 1)]}]),
             objects=objects(limit={"type": "semaphore", "value": 1}))
ALL = tasks(("waiter{i}", 3, [{"with": "door", "do": [{"wait": "door"}, work("in {i}", 1)]}]),
            ("keeper", [{"sleep": 2}, {"with": "door", "do": [{"notify_all": "door"}]}]),
            objects=objects(door="condition"))
TWICE = tasks(("runner{i}", 2, [{"repeat": 2, "do": [work("leg {i}", "i + 1"), {"wait": "line"}]}]),
              objects=objects(line={"type": "barrier", "parties": 2}))
FLAG = tasks(("waiter{i}", 2, [{"sleep": "i"}, {"wait": "go"}, work("run {i}", 1), {"wait": "go"},
                               {"log": "again"}]),
             ("starter", [{"sleep": 0.5}, {"set": "go"}, {"sleep": 0.2}, {"clear": "go"}, {"sleep": 4},
                          {"set": "go"}]), objects=objects(go="event"))
AGAIN = tasks(("job{i}", 3, [{"repeat": 2, "do": use("acquire", "release", "turn {i}", 1, "mutex")}]),
              objects=objects(mutex="lock"))
LIFO = tasks(("feeder", [{"put": "pile", "value": n} for n in (1, 2, 3)]),
             ("worker", [{"sleep": 1}, {"repeat": 3, "do": [{"get": "pile", "as": "j"},
                                                            work("job {j}", 1)]}]),
             objects=objects(pile={"type": "queue", "order": "lifo"}))
TIES = tasks(("feeder", [{"put": "heap", "value": n} for n in ("0", "1", "1.0", "True")]),
             ("worker", [{"sleep": 1}, {"repeat": 4, "do": [{"get": "heap", "as": "j"},
                                                            work("job {j}", 1)]}]),
             objects=objects(heap={"type": "queue", "order": "priority"}))
GETTERS = tasks(("getter{i}", 3, [{"get": "inbox", "as": "x"}, work("job {x}", 1)]),
                ("feeder", [{"sleep": 1}, {"put": "inbox", "value": 7}, {"sleep": 1},
                            {"put": "inbox", "value": 8}, {"put": "inbox", "value": 9}]),
                objects=objects(inbox="queue"))
PUTTERS = tasks(("putter{i}", 3, [{"put": "slots", "value": "{i}"}, work("p {i}", 1)]),
                ("killer", [{"sleep": 1}, {"get": "slots"}, {"cancel": "putter1"}, {"sleep": 1},
                            {"get": "slots"}]),
                objects=objects(slots={"type": "queue", "maxsize": 1}))
FETCH = {"f": {"params": ["n"], "do": [work("f {n}", "n")]}}
BOTH = [{"spawn": "f", "args": {"n": 3}, "as": "a"}, {"spawn": "f", "args": {"n": 1}, "as": "b"}]
WAIT_FIRST = tasks(("main", [*BOTH, {"wait": ["a", "b"], "return_when": "FIRST_COMPLETED"},
                             work("next", 1), {"await": "a"}]), coroutines=FETCH)
WAIT_ALL = tasks(("main", [*BOTH, {"wait": ["a", "b"]}, work("next", 1)]), coroutines=FETCH)
NOTIFIED = tasks(("waiter{i}", 3, [{"with": "door", "do": [{"wait": "door"}]}, work("in {i}", 1)]),
                 ("keeper", [{"sleep": 2}, {"with": "door", "do": [{"notify": "door"}]},
                             {"cancel": "waiter0"}]), objects=objects(door="condition"))
LEFT = tasks(("client", [{"timeout": 2, "do": [work("call", 1)]}, work("after", 5)]))

POLLS = tasks(("poll", [{"repeat": 4, "do": [work("tick", 0.6)]}]))
PAGES = tasks(("main", [*BOTH, {"spawn": "f", "args": {"n": 3.1}, "as": "c"},
                        {"as_completed": ["a", "b", "c"], "as": "x", "do": [
                            {"log": "{x}"}, work("read {x}", 2.5)]}]),
              coroutines={"f": {"params": ["n"], "do": [{"sleep": "n"}, {"return": "page {n}"}]}})
THREADS = tasks(("job{i}", 4, [{"span": "io {i}", "do": [{"to_thread": "i * 0.1 + 1"}]}]), threads=2)
FAILS = {"fails": {"do": [{"sleep": 1}, {"raise": "Boom"}]}}
GATHER_ALL = tasks(("main", [{"spawn": "f", "args": {"n": 3}, "as": "a"}, {"spawn": "fails", "as": "b"},
                             {"gather": ["a", "b"], "return_exceptions": True, "as": "all"},
                             work("merge", 1)]), coroutines=FETCH | FAILS)
GROUP_OF_THREE = tasks(
    ("main", [{"try": [{"task_group": [{"spawn": "f", "args": {"n": 4}},
                                       {"spawn": "f", "args": {"n": 5}}, {"spawn": "fails"}]}],
               "except": {"ExceptionGroup": [{"log": "failed"}]}}]), coroutines=FETCH | FAILS)
NOWAIT = tasks(("putter{i}", 3, [{"put": "slots", "value": "{i}"}, work("p {i}", 1)]),
               ("getter", [{"sleep": 1}, {"get_nowait": "slots"}, {"sleep": 1}, {"get": "slots"}]),
               objects=objects(slots={"type": "queue", "maxsize": 1}))
WAIT_AWHILE = tasks(("main", [*BOTH, {"wait": ["a", "b"], "timeout": 2}, work("next", 1),
                              {"await": "a"}]), coroutines=FETCH)
LATECOMER = tasks(("visitor{i}", 2, [{"sleep": "i"}, {"wait": "go"}, work("run {i}", 1)]),
                  ("starter", [{"sleep": 0.5}, {"set": "go"}, {"sleep": 3}, {"clear": "go"},
                               {"set": "go"}]), objects=objects(go="event"))
SHIELDED = tasks(("main", [{"spawn": "fails", "as": "t"},
                           {"try": [{"shield": "t"}, work("fine", 1)],
                            "except": {"Boom": [work("boom", 1)]}}]), coroutines=FAILS)

LAST = "cad__wake(&CAD__CONTAINER({}.list.prev, cad__task, wait.link)->future)"

CHANGES = [
    Change("a queue wakes its last putter", "queue.c",
           "    if (error == 0)\n        cad__wake_first(&queue->putters);\n",
           "    if (error == 0 && queue->putters.count > 0)\n        " +
           LAST.format("queue->putters") + ";\n",
           WINDOW, 1, "job0", "job5", "slots"),
    Change("a queue has room for one more", "queue.c",
           "queue->count >= queue->maxsize", "queue->count > queue->maxsize",
           WINDOW, 0, "slots"),
    Change("a queue forgets to wake a putter at every second get", "queue.c",
           "    if (error == 0)\n        cad__wake_first(&queue->putters);\n",
           "    static int gets;\n    if (error == 0 && ++gets % 2 == 1)\n"
           "        cad__wake_first(&queue->putters);\n",
           WINDOW, 2, "job1", "job3", "slots"),
    Change("a heap takes the second smallest", "queue.c",
           "            if (less == 0)\n                child++;\n",
           "            if (less != 0)\n                child++;\n", PRIORITY, 2, "worker", ("job", "heap")),
    Change("join() does not wait for the last item", "queue.c",
           "    if (queue->unfinished == 0)\n        cad__wake_all(&queue->joiners);\n    CAD__TRACE",
           "    if (queue->unfinished <= 1)\n        cad__wake_all(&queue->joiners);\n    CAD__TRACE",
           JOIN, 2, "worker", "feeder", "jobs"),
    Change("a shutdown wakes one getter", "queue.c",
           "    cad__wake_all(&queue->getters);", "    cad__wake_first(&queue->getters);",
           SHUTDOWN, 1, "boss", "getter1", "jobs"),
    Change("a semaphore loses a wake-up", "semaphore.c",
           "    cad__did(object, \"release\", 0);\n    (void)wake_up_next(semaphore);",
           "    cad__did(object, \"release\", 0);\n    static int releases;\n"
           "    if (++releases != 2)\n        (void)wake_up_next(semaphore);",
           SEMAPHORE, 2, "job1", "job3", "limit"),
    Change("a semaphore lets pass who comes while others wait", "semaphore.c",
           "    return semaphore->value == 0 || semaphore->coming > 0 || "
           "semaphore->waiters.count > 0;",
           "    return semaphore->value + semaphore->coming == 0;", BUSY, 1, "limit"),
    Change("a lock is handed over to the last in line", "lock.c",
           "        cad__wake(cad__first_waiter(&lock->waiters));",
           "        " + LAST.format("lock->waiters") + ";", LOCK, 1, "job0", "job3", "mutex"),
    Change("a lock keeps its owner after release", "lock.c",
           "    lock->locked = false;\n    set_owner(lock, NULL);\n    cad__did",
           "    lock->locked = false;\n    cad__did", LOCK, 1, "mutex"),
    Change("an event wakes its waiters from the last on", "event.c",
           "    cad__wake_all(&event->waiters);",
           "    while (event->waiters.count > 0)\n        " + LAST.format("event->waiters") + ";",
           EVENT, 2, "starter", "waiter3", "go"),
    Change("notify wakes two", "condition.c", "    wake(condition, n);\n    return 0;",
           "    wake(condition, n + 1);\n    return 0;", CONDITION, 2, "keeper", "waiter1", "door"),
    Change("a barrier opens for one fewer", "barrier.c",
           "    if (wait->index + 1 == barrier->parties) {",
           "    if (wait->index + 2 == barrier->parties) {", BARRIER, 2, "line"),
    Change("equal deadlines are served from the last on", "timer.c",
           "(same & (a->order < b->order))", "(same & (a->order > b->order))", SLEEPERS, 1, "inbox"),
    Change("a sleep takes 1 % longer", "task.c",
           "cad__clock_sleep(task->object.loop, delay_ns)",
           "cad_loop_deadline(task->object.loop, delay_ns + delay_ns / 100)",
           STEPS, 2, "worker0", "step 01", "+1%"),
    Change("the third sleep takes a nanosecond longer", "task.c",
           "    return cad__park_until(task, cad__clock_sleep(task->object.loop, delay_ns));",
           "    static int sleeps;\n    delay_ns += ++sleeps == 3;\n"
           "    return cad__park_until(task, cad__clock_sleep(task->object.loop, delay_ns));",
           STEPS, 4, "worker0", "step 02"),
    Change("a task begins one turn later", "task.c",
           "    loop->current = &task->future;\n    int result = cad__wait_resume(loop, task);\n",
           "    static int turns;\n"
           "    if (!task->future.started && strcmp(cad_task_name(&task->future), \"child-1\") == 0 &&\n"
           "        turns++ == 0) {\n"
           "        cad__ready(loop, &task->timer.entry);\n        return CAD_PENDING;\n    }\n"
           "    loop->current = &task->future;\n    int result = cad__wait_resume(loop, task);\n",
           SPAWN, 0, "child-1", "line"),
    Change("a timeout comes ten milliseconds late", "timeout.c",
           "        return cad__timer_start(loop, &scope->timer, when_ns);",
           "        return cad__timer_start(loop, &scope->timer, when_ns + 10000000);",
           TIMEOUT, 1, "client", "timeout"),
    Change("a cancel comes a turn later", "task.c",
           "    int taken = cad__wait_cancel(last, exception);\n    if (taken == 0)",
           "    int taken = last->wait.state == CAD__WAIT_SLEEPING ? 1 : "
           "cad__wait_cancel(last, exception);\n"
           "    if (last->wait.state == CAD__WAIT_SLEEPING) {\n"
           "        cad__timer_cancel(last->future.object.loop, &last->timer);\n"
           "        (void)cad__timer_start(last->future.object.loop, &last->timer, 0);\n"
           "        cad__task_must_cancel(last, exception);\n    }\n    if (taken == 0)",
           CANCEL, 2, "victim"),
    Change("a gather is done with its first child", "gather.c",
           "    else if (self->finished == self->unique)\n        finish(self);",
           "    else if (self->finished == self->unique || self->finished == 1)\n"
           "        fail(self, future);",
           GATHER, 1, "gather"),
    Change("a group does not cancel the others", "group.c",
           "    abort_tasks(group);\n    group->parent_cancel_requested = true;",
           "    group->parent_cancel_requested = true;", GROUP, 1, "page-1"),
    Change("a shield passes a cancel on", "gather.c",
           "static const cad__type shield_type = {",
           "static int cancel_inner(cad_future *outer, cad_exception *exception) {\n"
           "    (void)cad__future_cancel(\n"
           "        CAD__CONTAINER(outer, shielding, outer)->inner.future, exception);\n"
           "    return cad__future_cancel_plain(outer, exception);\n}\n"
           "#define cad__future_cancel_plain cancel_inner\n"
           "static const cad__type shield_type = {", SHIELD, 1, "inner-1"),
    Change("a getter that is woken leaves the item to others", "queue.c",
           "    *place = queue->order == CAD__LIFO ? queue->count : 0;\n    if (queue->order == "
           "CAD__FIFO) {\n        *item = queue->items[queue->first];",
           "    *place = queue->order == CAD__LIFO ? queue->count : 0;\n    if (queue->order == "
           "CAD__FIFO) {\n        *item = queue->items[(queue->first + queue->count / 2) & "
           "(queue->capacity - 1)];", SLEEPERS, 1, "reader", ("got", "inbox")),
    Change("a semaphore wakes its last waiter", "semaphore.c",
           "    return cad__wake_first(&semaphore->waiters);",
           "    cad__wake(&CAD__CONTAINER(semaphore->waiters.list.prev, cad__task, wait.link)->future);\n"
           "    return true;",
           SEMAPHORE, 1, "job0", "job5", "limit"),
    Change("the third release adds two", "semaphore.c",
           "    semaphore->value++;\n"
           "    cad__did(object, \"release\", 0);",
           "    static int n;\n"
           "    semaphore->value += ++n == 3 ? 2 : 1;\n"
           "    cad__did(object, \"release\", 0);",
           SEMAPHORE, 3, "limit"),
    Change("a cancelled waiter takes what a semaphore gave it along", "semaphore.c",
           "    if (won && wait->error != 0) {\n"
           "        semaphore->value++;",
           "    if (won && wait->error != 0) {",
           HELD, 2, "limit"),
    Change("a semaphore begins with one more", "semaphore.c",
           "    semaphore->value = value;\n",
           "    semaphore->value = value + 1;\n",
           SEMAPHORE, 0, "limit"),
    Change("notify_all() leaves one out", "condition.c",
           "    return notify(condition, \"notify_all\", SIZE_MAX);",
           "    return notify(condition, \"notify_all\", condition->waiters.count - 1);",
           ALL, 2, "keeper", "waiter2", "door"),
    Change("a condition takes no lock again", "condition.c",
           "        result = cad__lock_begin(lock, task);\n"
           "    } else {",
           "        result = lock->locked ? cad__lock_begin(lock, task) : 0;\n"
           "    } else {",
           ALL, 2, "door"),
    Change("notify wakes the last in line", "condition.c",
           "    while (n > 0 && cad__wake_first(&condition->waiters))\n"
           "        n--;",
           "    while (n > 0 && condition->waiters.count > 0) {\n"
           "        cad__wake(&CAD__CONTAINER(condition->waiters.list.prev, cad__task, wait.link)->future);\n"
           "        n--;\n"
           "    }",
           CONDITION, 2, "keeper", "waiter3", "door"),
    Change("the last at a barrier waits, too", "barrier.c",
           "        set_state(barrier, DRAINING);\n"
           "        return leave_barrier(barrier, (int)wait->index);",
           "        set_state(barrier, DRAINING);\n"
           "        return wait_in(barrier, task, ENTERED);",
           TWICE, 2, "line"),
    Change("a barrier is not filled again", "barrier.c",
           "        bool ends = barrier->state == RESETTING || barrier->state == DRAINING;",
           "        bool ends = barrier->state == RESETTING;",
           TWICE, 3, "line"),
    Change("an event leaves its last waiter out", "event.c",
           "    cad__wake_all(&event->waiters);",
           "    while (event->waiters.count > 1)\n"
           "        (void)cad__wake_first(&event->waiters);",
           EVENT, 2, "starter", "waiter3", "go"),
    Change("the first clear() does nothing", "event.c",
           "    event->set = false;\n"
           "    event->cleared = true;",
           "    static int n;\n"
           "    event->set = n++ == 0;\n"
           "    event->cleared = true;",
           FLAG, 0.7, "go"),
    Change("a lock is taken while others wait", "lock.c",
           "    if (!lock->locked && all_cancelled(lock))",
           "    if (!lock->locked)",
           AGAIN, 1, "mutex"),
    Change("a queue of the last is one of the first", "queue.c",
           "    return new_queue(loop, maxsize, CAD__LIFO);",
           "    return new_queue(loop, maxsize, CAD__FIFO);",
           LIFO, 0, "pile"),
    Change("a heap takes the left of two equals", "queue.c",
           "            if (less == 0)\n"
           "                child++;\n",
           "            if (less == 0 || queue->less(queue->items[child + 1], queue->items[child]) == 0)\n"
           "                child++;\n",
           TIES, 2, "worker", ("job 1", "heap")),
    Change("a queue wakes its last getter", "queue.c",
           "        forget(&queue->lost_put);\n"
           "        cad__wake_first(&queue->getters);",
           "        forget(&queue->lost_put);\n"
           "        if (queue->getters.count > 0)\n"
           "            cad__wake(&CAD__CONTAINER(queue->getters.list.prev, cad__task, wait.link)->future);",
           GETTERS, 1, "feeder", "getter2", "inbox"),
    Change("the second put wakes no getter", "queue.c",
           "        forget(&queue->lost_put);\n"
           "        cad__wake_first(&queue->getters);",
           "        forget(&queue->lost_put);\n"
           "        static int puts;\n"
           "        if (++puts != 2)\n"
           "            cad__wake_first(&queue->getters);",
           GETTERS, 2, "inbox"),
    Change("a queue has room for one fewer", "queue.c",
           "queue->count >= queue->maxsize",
           "queue->count + 1 >= queue->maxsize",
           WINDOW, 0, "slots"),
    Change("wait() for all is over with one missing", "wait.c",
           "    if (self->left == 0 || self->return_when == CAD_FIRST_COMPLETED ||",
           "    if (self->left <= 1 || self->return_when == CAD_FIRST_COMPLETED ||",
           WAIT_ALL, 1, "f-2", "main", "wait"),
    Change("wait() for the first waits for all", "wait.c",
           "    if (self->left == 0 || self->return_when == CAD_FIRST_COMPLETED ||",
           "    if (self->left == 0 ||",
           WAIT_FIRST, 1, "f-2", "main", "wait"),
    Change("a gather is never done", "gather.c",
           "    else if (self->finished == self->unique)\n"
           "        finish(self);",
           "    else if (self->finished == self->unique + 1)\n"
           "        finish(self);",
           GATHER, 3, "gather"),
    Change("a timeout comes 1 % early", "timeout.c",
           "        return cad__timer_start(loop, &scope->timer, when_ns);",
           "        return cad__timer_start(loop, &scope->timer, when_ns - when_ns / 100);",
           TIMEOUT, 0.99, "client", "timeout"),
    Change("a timeout goes on after its block", "timeout.c",
           "    cad__timer_cancel(scope->object.loop, &scope->timer);\n"
           "    bool expired",
           "    bool expired",
           LEFT, 2, "client"),
    Change("join() is over with one missing", "queue.c",
           "    if (queue->unfinished == 0)\n"
           "        cad__wake_all(&queue->joiners);\n"
           "    CAD__TRACE",
           "    if (queue->unfinished == 1)\n"
           "        cad__wake_all(&queue->joiners);\n"
           "    CAD__TRACE",
           JOIN, 2, "jobs"),
    Change("a notify to a cancelled waiter is lost", "condition.c",
           "    wake(condition, 1);\n"
           "    return CAD_ECANCELLED;",
           "    return CAD_ECANCELLED;",
           NOTIFIED, 2, "door"),
    Change("a cancelled putter passes nothing on", "queue.c",
           "        pass_on(queue, &queue->putters, &queue->lost_put, task);\n"
           "    return wait->error;",
           "        (void)task;\n"
           "    return wait->error;",
           PUTTERS, 1, "slots"),
    Change("sleeps end at the next quarter of a second", "task.c",
           "cad__clock_sleep(task->object.loop, delay_ns)",
           "(cad__clock_sleep(task->object.loop, delay_ns) + 249999999) / 250000000 * 250000000",
           POLLS, 0.6, "poll", "tick", "750 ms"),
    Change("as_completed() hands out the last first", "as_completed.c",
           "    cad__append(&self->completed, &done->link);",
           "    cad__append(self->completed.next, &done->link);",
           PAGES, 3.5, "main", "page 3.1"),
    Change("a worker fewer", "thread.c",
           "threads->busy < loop->workers && !cad__list_empty",
           "threads->busy + 1 < loop->workers && !cad__list_empty",
           THREADS, 2.2, "job2", "to_thread"),
    Change("gather() does not return exceptions", "gather.c",
           "else if (!self->return_exceptions && future->error != 0)",
           "else if (future->error != 0)",
           GATHER_ALL, 1, "gather"),
    Change("a group cancels its first task only", "group.c",
           "        if (!cad_future_done(task))\n            (void)cad__future_cancel(task, NULL);",
           "        if (!cad_future_done(task)) {\n            (void)cad__future_cancel(task, NULL);\n"
           "            break;\n        }",
           GROUP_OF_THREE, 1, "f-2", "cancelled"),
    Change("get_nowait() wakes no putter", "queue.c",
           "    if (error == 0)\n        cad__wake_first(&queue->putters);\n",
           "    if (error == 0 && verb[3] == '\\0')\n        cad__wake_first(&queue->putters);\n",
           NOWAIT, 1, "getter", "putter1", "slots"),
    Change("who waits joins the line at its head", "waiter.c",
           "    cad__append(&waiters->list, &wait->link);",
           "    cad__append(waiters->list.next, &wait->link);",
           SEMAPHORE, 1, "job0", "job5", "limit"),
    Change("the timeout of wait() does nothing", "wait.c",
           "    release_waiter(CAD__CONTAINER(entry, waiting, timer.entry));", "    (void)entry;",
           WAIT_AWHILE, 2, "main", "wait"),
    Change("who comes to an event that is set waits for the next set()", "event.c",
           "    if (wait->phase++ == 0 && !event->set)", "    if (wait->phase++ == 0)",
           LATECOMER, 1, "visitor1", "go"),
    Change("a shield loses the error", "gather.c",
           "cad__future_finish(&self->outer, inner->value, inner->error, inner->exception);",
           "cad__future_finish(&self->outer, inner->value, 0, NULL);",
           SHIELDED, 1, "main", ("fine", "error")),
]
