// SPDX-License-Identifier: MIT

// What Go programs that call C do that waits: goroutines in C code that locks, callbacks from there into Go, and what the
// Go runtime does beside it. It prints what came of it.
package main

/*
#cgo CFLAGS: -O2 -g
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int64_t sum, turn;

// Its last act is not the unlock, so that it is there to be charged.
static int64_t hold_in_c(int64_t number)
{
	int64_t now;

	pthread_mutex_lock(&mutex);
	now = sum += number;
	if (now % 10 == 0)
		usleep(500);
	pthread_mutex_unlock(&mutex);
	return now;
}

static int64_t sum_in_c(void)
{
	return sum;
}

static void take_turn_in_c(int64_t mine, int64_t of)
{
	pthread_mutex_lock(&mutex);
	while (turn % of != mine)
		pthread_cond_wait(&changed, &mutex);
	turn++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

extern void calledBack(int64_t number);

static void call_back_locked(int64_t number)
{
	pthread_mutex_lock(&mutex);
	calledBack(number);
	pthread_mutex_unlock(&mutex);
}

static void *body_of_c(void *unused)
{
	for (int i = 0; i < 50; i++)
		call_back_locked(1);
	return unused;
}

static void threads_of_c(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, body_of_c, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	threads = 6
	rounds  = 200
	calls   = 1700 // of each thread, into C
)

var called int64

//export calledBack
func calledBack(number C.int64_t) {
	called += int64(number)
	if called%20 == 0 {
		runtime.Gosched()
	}
}

func together(count int, body func(number int)) {
	var group sync.WaitGroup
	for number := 0; number < count; number++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			body(number)
		}(number)
	}
	group.Wait()
}

func inC() {
	together(threads, func(int) {
		for i := 0; i < calls; i++ {
			C.hold_in_c(1)
		}
	})
	together(3, func(number int) {
		for i := 0; i < rounds; i++ {
			C.take_turn_in_c(C.int64_t(number), 3)
		}
	})
	together(4, func(int) {
		for i := 0; i < rounds; i++ {
			C.call_back_locked(1)
		}
	})
	C.threads_of_c()
	fmt.Println("in C", C.sum_in_c(), called)
}

func inGo() {
	var mutex sync.Mutex
	sum, results := 0, make(chan int, 3)
	go together(threads, func(number int) {
		for i := 0; i < rounds; i++ {
			mutex.Lock()
			sum += i
			mutex.Unlock()
			results <- number * i
		}
	})
	total := 0
	for i := 0; i < threads*rounds; i++ {
		total += <-results
	}
	select {
	case <-results:
	case <-time.After(5 * time.Millisecond):
	}
	runtime.GC()
	fmt.Println("in Go", sum, total)
}

func serve(listener net.Listener) {
	for {
		peer, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer peer.Close()
			lines := bufio.NewScanner(peer)
			for lines.Scan() {
				fmt.Fprintln(peer, strings.ToUpper(lines.Text()))
			}
		}()
	}
}

func sockets() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go serve(listener)
	sizes := make([]int, 20)
	together(len(sizes), func(number int) {
		peer, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			panic(err)
		}
		for i := 0; i < 50; i++ {
			fmt.Fprintf(peer, "client %d line %d\n", number, i)
		}
		peer.(*net.TCPConn).CloseWrite()
		said, _ := io.ReadAll(peer)
		sizes[number] = len(said)
	})
	listener.Close()
	addresses, err := net.LookupHost("localhost")
	fmt.Println("sockets", sizes, len(addresses) > 0, err)
}

func processes() {
	sort := exec.Command("sort")
	sort.Stdin = strings.NewReader("b\na\n")
	said, err := sort.Output()
	fmt.Printf("process %q %v\n", said, err)
	fmt.Println("exit", exec.Command("sh", "-c", "exit 3").Run())
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	syscall.Kill(os.Getpid(), syscall.SIGHUP)
	fmt.Println("signal", <-caught)
}

func main() {
	inC()
	inGo()
	sockets()
	processes()
	os.Exit(9)
}
