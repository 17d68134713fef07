/* A load client for echo servers, and the stopwatch that reads how much processor time the server spent on it.
 *
 * load MODE to=tcp|unix|udp at=HOST:PORT|PATH pid=SERVER [connections=N] [size=BYTES] [depth=MESSAGES] [tls=1]
 *      [seconds=S] [warm_up=S] [windows=K] [requests=N] [core=C] [patience=S]
 *
 * It measures for `seconds`, in so many windows, after the warm-up; with `requests` for at least so many instead, and
 * without a warm-up.
 *
 * MODE is one of
 *   echo   each connection sends `depth` messages at once, waits for all of them, sends the next; no end
 *   accept each connection sends one batch, waits for all of it and for the server to close, connects anew (were the
 *          client to close first, its ports would be used up for a minute)
 *   idle   each connection exchanges one batch, then all stay open; how much the server's resident set grew
 *   drain  sends one byte, and reads `size` zeroes until the end of the stream; one connection after the other
 *
 * What comes back must be what was sent. Prints one object of JSON; ends with 1 and a line on stderr when the server
 * answers wrongly or, for `patience` seconds, not at all. Built with -DWITH_TLS it links OpenSSL. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/ssl.h>
#endif

enum {
  EVENTS = 256,
  MOST_WINDOWS = 64,
  SETTLING = 200 * 1000, /* microseconds for an idle server to finish what it does */
  FIRST_IDLE = 100,      /* connections before the first look at the resident set: pools and imports are not theirs */
  DRAIN_BUFFER = 1 << 20,
  STAMP = 17,            /* "connection.sequence", so that no message is like another */
  FINE = 8,              /* bits of a latency that are kept: it is right within 1 % */
  BUCKETS = 64 << FINE,
};

struct connection {
  int fd, number, is_writing;
  unsigned sequence;
  size_t sent, received;
  int64_t began;
  char *batch; /* what is being sent, and so what must come back */
#ifdef WITH_TLS
  SSL *tls;
#endif
};

struct options {
  const char *mode, *to, *at;
  int pid, connections, depth, tls, windows, core, patience;
  uint64_t requests;
  size_t size;
  double seconds, warm_up;
};

static struct options options = {
    .to = "tcp", .at = "", .connections = 10, .size = 1024, .depth = 1, .windows = 1, .core = -1, .patience = 5, .seconds = 1, .warm_up = 0.1};
static struct connection *connections;
static size_t batch_size;
static int poller, is_datagram;
static uint64_t answered, latencies[BUCKETS];

static void fail(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  vfprintf(stderr, format, rest);
  va_end(rest);
  fputc('\n', stderr);
  exit(1);
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) fail("the server ended early");
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Latencies: a histogram whose steps grow with the latency. */

static int bucket(uint64_t ns) {
  int magnitude = ns >> FINE ? 64 - FINE - __builtin_clzll(ns) : 0;
  return (magnitude << FINE) + (ns >> magnitude) - (magnitude ? 1 << (FINE - 1) : 0);
}

static double bucket_value(int index) { /* the least latency in it, by bisection */
  uint64_t low = 0, high = 1ULL << 50;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (bucket(middle) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

static double percentile(double share) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) total += latencies[i];
  for (int i = 0; i < BUCKETS; i++)
    if ((seen += latencies[i]) >= total * share && latencies[i]) return bucket_value(i);
  return 0;
}

/* Connecting, and one batch of messages forth and back. */

static socklen_t parse_address(struct sockaddr_storage *address) {
  char host[64] = "";
  int port = 0;
  memset(address, 0, sizeof *address);
  if (!strcmp(options.to, "unix")) {
    struct sockaddr_un *path = (struct sockaddr_un *)address;
    path->sun_family = AF_UNIX;
    snprintf(path->sun_path, sizeof path->sun_path, "%s", options.at);
    return sizeof *path;
  }
  if (sscanf(options.at, "%63[^:]:%d", host, &port) != 2) fail("at=%s is no HOST:PORT", options.at);
  struct sockaddr_in *internet = (struct sockaddr_in *)address;
  internet->sin_family = AF_INET;
  internet->sin_port = htons(port);
  if (inet_pton(AF_INET, host, &internet->sin_addr) != 1) fail("%s is no IPv4 address", host);
  return sizeof *internet;
}

static int connect_socket(void) {
  struct sockaddr_storage address;
  socklen_t length = parse_address(&address);
  int fd = socket(address.ss_family, (is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0), on = 1;
  struct timeval patience = {options.patience, 0};
  if (fd < 0) fail("socket: %s", strerror(errno));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&address, length)) fail("connect: %s", strerror(errno));
  if (!strcmp(options.to, "tcp")) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

#ifdef WITH_TLS
static SSL *shake_hands(int fd) {
  static SSL_CTX *context;
  if (!context) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  SSL *tls = SSL_new(context);
  SSL_set_fd(tls, fd);
  if (SSL_connect(tls) != 1) fail("the TLS handshake failed");
  return tls;
}
#endif

static void open_connection(struct connection *c) {
  c->fd = connect_socket();
#ifdef WITH_TLS
  if (options.tls) c->tls = shake_hands(c->fd);
#endif
  if (fcntl(c->fd, F_SETFL, O_NONBLOCK)) fail("fcntl: %s", strerror(errno));
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void close_connection(struct connection *c) {
#ifdef WITH_TLS
  if (c->tls) SSL_free(c->tls);
  c->tls = NULL;
#endif
  close(c->fd);
}

/* Both return -1 when they would block. */

static ssize_t try_send(struct connection *c, const char *data, size_t size) {
#ifdef WITH_TLS
  if (c->tls) {
    int sent = SSL_write(c->tls, data, size);
    return sent > 0 ? sent : -1;
  }
#endif
  ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) fail("send: %s", strerror(errno));
  return sent;
}

static ssize_t try_receive(struct connection *c, char *data, size_t size) {
#ifdef WITH_TLS
  if (c->tls) {
    int received = SSL_read(c->tls, data, size);
    if (received <= 0 && SSL_get_error(c->tls, received) != SSL_ERROR_WANT_READ) fail("TLS: the server hung up");
    return received > 0 ? received : -1;
  }
#endif
  ssize_t received = recv(c->fd, data, size, 0);
  if (received < 0 && errno != EAGAIN) fail("recv: %s", strerror(errno));
  if (received == 0 && !is_datagram && c->received < batch_size) fail("the server hung up");
  return received;
}

/* While a batch is partly sent the connection waits for room as well. */
static void wait_writable(struct connection *c, int wanted) {
  struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
  if (c->is_writing == wanted) return;
  c->is_writing = wanted;
  epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_more(struct connection *c) {
  while (c->sent < batch_size) {
    size_t size = is_datagram ? options.size : batch_size - c->sent;
    ssize_t sent = try_send(c, c->batch + c->sent, size);
    if (sent < 0) break;
    c->sent += sent;
  }
  wait_writable(c, c->sent < batch_size);
}

static void stamp(struct connection *c) {
  char text[STAMP + 1];
  for (int i = 0; i < options.depth; i++) {
    snprintf(text, sizeof text, "%08x.%08x", c->number, c->sequence++);
    size_t length = options.size - 1 < STAMP ? options.size - 1 : STAMP;
    memcpy(c->batch + i * options.size, text + STAMP - length, length);
  }
}

static void begin_batch(struct connection *c) {
  stamp(c);
  c->sent = c->received = 0;
  c->began = now(CLOCK_MONOTONIC);
  send_more(c);
}

static void finish_batch(struct connection *c) {
  latencies[bucket(now(CLOCK_MONOTONIC) - c->began)]++;
  answered += options.depth;
}

/* Takes what came; returns whether the batch is complete. */
static int receive_more(struct connection *c) {
  static char answer[1 << 18];
  while (c->received < batch_size) {
    size_t left = batch_size - c->received;
    ssize_t size = try_receive(c, answer, left < sizeof answer ? left : sizeof answer);
    if (size < 0) return 0;
    if (memcmp(answer, c->batch + c->received, size)) fail("what came back is not what was sent");
    c->received += size;
  }
  return 1;
}

static void prepare(struct connection *c, int number) {
  c->number = number;
  c->batch = malloc(batch_size);
  for (size_t i = 0; i < batch_size; i++) c->batch[i] = 'A' + (i + number) % 53;
  for (int i = 1; i <= options.depth; i++) c->batch[i * options.size - 1] = '\n';
}

static int wait_events(struct epoll_event *events) {
  int ready = epoll_wait(poller, events, EVENTS, options.patience * 1000);
  if (ready == 0) fail("no answer for %d s", options.patience);
  return ready < 0 ? 0 : ready;
}

static void exchange_one(struct connection *c) {
  struct epoll_event events[EVENTS];
  begin_batch(c);
  do {
    wait_events(events);
    if (c->sent < batch_size) send_more(c);
  } while (!receive_more(c));
}

/* The modes. */

static int has_hung_up(struct connection *c) {
  char byte;
  ssize_t size = try_receive(c, &byte, 1);
  if (size > 0) fail("more came back than was sent");
  return size == 0;
}

static void turn(int reconnects) {
  struct epoll_event events[EVENTS];
  int ready = wait_events(events);
  for (int i = 0; i < ready; i++) {
    struct connection *c = events[i].data.ptr;
    if (c->is_writing) send_more(c);
    if (!receive_more(c) || (reconnects && !has_hung_up(c))) continue;
    finish_batch(c);
    if (reconnects) {
      close_connection(c);
      open_connection(c);
    }
    begin_batch(c);
  }
}

/* Until the time is over or, if `requests` is not 0, until so many more are answered. */
static void turn_for(double seconds, uint64_t requests, int reconnects) {
  int64_t end = now(CLOCK_MONOTONIC) + seconds * 1e9;
  uint64_t last = answered + requests, first = answered;
  do turn(reconnects);
  while (requests ? answered < last : now(CLOCK_MONOTONIC) < end || answered == first);
}

static void connect_all(int first, int last, int exchanges) {
  for (int i = first; i < last; i++) {
    prepare(&connections[i], i);
    open_connection(&connections[i]);
    if (exchanges) exchange_one(&connections[i]);
  }
}

static clockid_t server_clock(void) {
  clockid_t clock;
  if (clock_getcpuclockid(options.pid, &clock)) fail("no process has the id %d", options.pid);
  return clock;
}

static void print_list(const char *name, const uint64_t *values, int count) {
  printf("\"%s\": [", name);
  for (int i = 0; i < count; i++) printf("%s%llu", i ? ", " : "", (unsigned long long)values[i]);
  printf("]");
}

static void measure_echo(int reconnects) {
  uint64_t requests[MOST_WINDOWS], cpu[MOST_WINDOWS];
  clockid_t clock = server_clock();
  connect_all(0, options.connections, !reconnects);
  for (int i = 0; i < options.connections; i++) begin_batch(&connections[i]);
  if (!options.requests) turn_for(options.warm_up, 0, reconnects);
  memset(latencies, 0, sizeof latencies);
  for (int w = 0; w < options.windows; w++) {
    uint64_t answered_before = answered, cpu_before = now(clock);
    turn_for(options.seconds / options.windows, options.requests, reconnects);
    requests[w] = answered - answered_before;
    cpu[w] = now(clock) - cpu_before;
  }
  printf("{");
  print_list("requests", requests, options.windows);
  printf(", ");
  print_list("cpu", cpu, options.windows);
  printf(", \"p50\": %.0f, \"p99\": %.0f}\n", percentile(0.5), percentile(0.99));
}

static long resident_pages(void) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", options.pid);
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%*d %ld", &pages) != 1) fail("%s cannot be read", path);
  fclose(file);
  return pages;
}

static void measure_idle(void) {
  if (options.connections <= FIRST_IDLE) fail("connections must be more than %d", FIRST_IDLE);
  connect_all(0, FIRST_IDLE, 1);
  usleep(SETTLING);
  long before = resident_pages();
  connect_all(FIRST_IDLE, options.connections, 1);
  usleep(SETTLING);
  double grown = (double)(resident_pages() - before) * sysconf(_SC_PAGESIZE);
  printf("{\"bytes\": %.0f}\n", grown / (options.connections - FIRST_IDLE));
}

static void drain_one(void) {
  static char data[DRAIN_BUFFER], zeroes[DRAIN_BUFFER];
  size_t total = 0;
  ssize_t size;
  int fd = connect_socket();
  if (send(fd, "\n", 1, MSG_NOSIGNAL) != 1) fail("send: %s", strerror(errno));
  while ((size = recv(fd, data, sizeof data, 0)) > 0) {
    if (memcmp(data, zeroes, size)) fail("what came is not what is in the file");
    total += size;
  }
  if (size < 0) fail(errno == EAGAIN ? "no answer for %d s" : "recv failed", options.patience);
  if (total != options.size) fail("%zu bytes came of %zu", total, options.size);
  close(fd);
}

static void measure_drain(void) {
  uint64_t requests[MOST_WINDOWS], cpu[MOST_WINDOWS];
  clockid_t clock = server_clock();
  for (int w = 0; w < options.windows; w++) {
    uint64_t before = now(clock);
    drain_one();
    requests[w] = 1;
    cpu[w] = now(clock) - before;
  }
  printf("{");
  print_list("requests", requests, options.windows);
  printf(", ");
  print_list("cpu", cpu, options.windows);
  printf("}\n");
}

/* The command line. */

static void parse(const char *word) {
  const char *value = strchr(word, '=');
  if (!value) fail("%s: expected NAME=VALUE", word);
  size_t length = value++ - word;
#define IS(name) (length == strlen(name) && !strncmp(word, name, length))
  if (IS("to")) options.to = value;
  else if (IS("at")) options.at = value;
  else if (IS("pid")) options.pid = atoi(value);
  else if (IS("connections")) options.connections = atoi(value);
  else if (IS("size")) options.size = atoll(value);
  else if (IS("depth")) options.depth = atoi(value);
  else if (IS("tls")) options.tls = atoi(value);
  else if (IS("core")) options.core = atoi(value);
  else if (IS("patience")) options.patience = atoi(value);
  else if (IS("requests")) options.requests = atoll(value);
  else if (IS("seconds")) options.seconds = atof(value);
  else if (IS("warm_up")) options.warm_up = atof(value);
  else if (IS("windows")) options.windows = atoi(value);
  else fail("no option is named %.*s", (int)length, word);
#undef IS
}

static void check(void) {
  if (options.connections < 1 || options.size < 1 || options.depth < 1) fail("a number is below 1");
  if (options.windows < 1 || options.windows > MOST_WINDOWS) fail("windows: 1 to %d", MOST_WINDOWS);
#ifndef WITH_TLS
  if (options.tls) fail("built without OpenSSL");
#endif
}

static void pin(void) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(options.core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores)) fail("there is no core %d here", options.core);
}

static void allow_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **words) {
  if (count < 2) fail("usage: load echo|accept|idle|drain NAME=VALUE ...");
  options.mode = words[1];
  for (int i = 2; i < count; i++) parse(words[i]);
  check();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
  if (options.core >= 0) pin();
  allow_descriptors();
  batch_size = options.size * options.depth;
  is_datagram = !strcmp(options.to, "udp");
  poller = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc(options.connections, sizeof *connections);
  if (!strcmp(options.mode, "echo")) measure_echo(0);
  else if (!strcmp(options.mode, "accept")) measure_echo(1);
  else if (!strcmp(options.mode, "idle")) measure_idle();
  else if (!strcmp(options.mode, "drain")) measure_drain();
  else fail("no mode is named %s", options.mode);
  return 0;
}
