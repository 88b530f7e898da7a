// Load at planned times. An open class sends a request whenever its plan says so, answered or not, and counts latency
// from the planned time, so that waiting shows. A held class is a number of clients, each of which sends its next request
// when its last one has ended. HTTP/1.1 over TCP, one thread, epoll; connections are kept and reused, latest first.
// Usage: generator HOST PORT SEED RECORD-FILE CLASS...   (a class is KEY=VALUE,..., see read_class; times in ms)
// Writes one struct record for each request to RECORD-FILE, and one line of JSON about itself to standard output.
#define _GNU_SOURCE
#include "exchange.h"
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { EVENTS = 512, CLASSES_MAX = 8, SCAN_US = 5000 };

static struct class classes[CLASSES_MAX];
static int class_count;

// Moves the plan of an open class on: exponential gaps at the rate of the phase; past the last phase there is no next.
static void plan_next(struct class *class) {
  while (class->phase < class->phase_count) {
    double phase_end = class->phase_end_us[class->phase];
    double next = class->rate[class->phase] > 0
                      ? class->next_us - log(random_unit()) * 1e6 / class->rate[class->phase] : phase_end;
    if (next < phase_end) {
      class->next_us = next;
      return;
    }
    class->next_us = phase_end;
    class->phase++;
  }
  class->next_us = INFINITY;
}

static void scan_held(struct class *class, uint64_t now, int is_tick) {
  for (int index = 0; index < class->clients; index++) {
    struct connection *connection = &class->held[index];
    if (!connection->is_running) {
      if (connection->wake_us != UINT64_MAX && now >= connection->wake_us && now >= class->from_us &&
          may_begin(class, now))
        begin(connection, now);
    } else if (class->pace > 0 && is_tick) {
      on_tick(connection);
    }
  }
}

static void give_up(struct class *class, uint64_t now) {
  while (class->give_up_us > 0 && class->first && now >= class->first->began_us + class->give_up_us)
    end(class->first, GAVE_UP);
}

static int is_done(uint64_t now) {
  for (int index = 0; index < class_count; index++) {
    struct class *class = &classes[index];
    if (class->is_open && (class->next_us != INFINITY || class->first)) return 0;
    if (!class->is_open && now < class->until_us && (class->most == 0 || class->ended < class->most)) return 0;
  }
  return 1;
}

static uint64_t next_wake(void) {
  double next = INFINITY;
  for (int index = 0; index < class_count; index++) {
    struct class *class = &classes[index];
    if (class->is_open && class->next_us < next) next = class->next_us;
    if (class->first && class->give_up_us > 0) {
      double due = (double)(class->first->began_us + class->give_up_us);
      if (due < next) next = due;
    }
  }
  uint64_t scan = now_us() + SCAN_US;
  return next < (double)scan ? (uint64_t)next : scan;
}

static void loop(void) {
  uint64_t next_scan = 0, next_tick = 0;
  for (;;) {
    uint64_t now = now_us();
    if (is_done(now)) return;
    for (int index = 0; index < class_count; index++) {
      struct class *class = &classes[index];
      while (class->is_open && class->next_us <= (double)now) {
        uint64_t planned = (uint64_t)class->next_us;
        plan_next(class);
        begin_open(class, planned);
      }
      give_up(class, now);
    }
    if (now >= next_scan) {
      int is_tick = now >= next_tick;
      if (is_tick) next_tick = now + 1000000 / TICKS_PER_SECOND;
      next_scan = now + SCAN_US;
      for (int index = 0; index < class_count; index++)
        if (!classes[index].is_open) scan_held(&classes[index], now, is_tick);
    }
    uint64_t wake = next_wake();
    now = now_us();
    uint64_t wait = wake > now ? wake - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000), .tv_nsec = (long)(wait % 1000000) * 1000};
    struct epoll_event events[EVENTS];
    int count = epoll_pwait2(run.epoll, events, EVENTS, &timeout, NULL);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int index = 0; index < count; index++) on_event(events[index].data.ptr, events[index].events);
    reap();
  }
}

static void read_phases(struct class *class, char *text) {
  double end_us = (double)class->from_us;
  for (char *save, *part = strtok_r(text, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
    double rate, milliseconds;
    if (class->phase_count == PHASES_MAX || sscanf(part, "%lf:%lf", &rate, &milliseconds) != 2) fail(part);
    end_us += milliseconds * 1000;
    class->rate[class->phase_count] = rate;
    class->phase_end_us[class->phase_count++] = end_us;
  }
}

// Open: rates=RATE:MS/RATE:MS/... Held: clients=N, until, most (requests altogether), pause (after an answer from 400
// on). Both: path, from, give_up, upload (bytes; makes it a POST), pace (bytes per second, both ways), far, varies.
static void read_class(char *text) {
  if (class_count == CLASSES_MAX) fail("too many classes");
  struct class *class = &classes[class_count];
  class->index = (uint8_t)class_count++;
  class->until_us = UINT64_MAX;
  char *rates = NULL;
  for (char *save, *part = strtok_r(text, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
    char *value = strchr(part, '=');
    if (!value) fail(part);
    *value++ = 0;
    uint64_t number = strtoull(value, NULL, 10);
    if (strcmp(part, "path") == 0) snprintf(class->path, sizeof class->path, "%s", value);
    else if (strcmp(part, "rates") == 0) rates = value;
    else if (strcmp(part, "clients") == 0) class->clients = (int)number;
    else if (strcmp(part, "from") == 0) class->from_us = number * 1000;
    else if (strcmp(part, "until") == 0) class->until_us = number * 1000;
    else if (strcmp(part, "most") == 0) class->most = number;
    else if (strcmp(part, "give_up") == 0) class->give_up_us = number * 1000;
    else if (strcmp(part, "pause") == 0) class->pause_us = number * 1000;
    else if (strcmp(part, "upload") == 0) class->upload = number;
    else if (strcmp(part, "pace") == 0) class->pace = number;
    else if (strcmp(part, "far") == 0) class->is_far = (int)number;
    else if (strcmp(part, "varies") == 0) class->varies = (int)number;
    else fail(part);
  }
  class->is_open = rates != NULL;
  if (rates) {
    read_phases(class, rates);
    class->next_us = (double)class->from_us;
    plan_next(class);
    return;
  }
  class->held = calloc((size_t)class->clients, sizeof *class->held);
  if (!class->held) fail("calloc");
  for (int index = 0; index < class->clients; index++) {
    class->held[index].fd = -1;
    class->held[index].class = class;
  }
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  run.server.sin_family = AF_INET;
  run.server.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &run.server.sin_addr) != 1) fail(argv[1]);
  run.random_state = strtoull(argv[3], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
  for (int index = 0; index < 10; index++) random_unit();
  run.records = fopen(argv[4], "wb");
  if (!run.records) fail(argv[4]);
  run.epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int index = 5; index < argc; index++) read_class(argv[index]);
  run.start_ns = now_us() * 1000;
  loop();
  for (int index = 0; index < class_count; index++)
    for (struct connection *each = classes[index].first; each; each = each->later) note(each, UNFINISHED);
  if (fclose(run.records) != 0) fail("records");
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  uint64_t cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u +
                    (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  printf("{\"cpuUs\":%llu,\"sent\":%llu,\"opened\":%llu,\"lateMaxUs\":%llu,\"lateMeanUs\":%.1f}\n",
         (unsigned long long)cpu_us, (unsigned long long)run.sent, (unsigned long long)run.opened,
         (unsigned long long)run.late_max_us, run.sent > 0 ? (double)run.late_sum_us / (double)run.sent : 0.0);
  return 0;
}
