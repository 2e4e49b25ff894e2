// A peer: Go's goroutines and channels. Usage and output are those of bench.h.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

type run struct {
	items, parameter int
	wall, cpu        time.Duration
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (r *run) timed(work func()) {
	cpu, wall := cpuTime(), time.Now()
	work()
	r.wall, r.cpu = time.Since(wall), cpuTime()-cpu
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "go:", why)
	os.Exit(1)
}

// Two goroutines on one thread that take turns.
func benchSwitch(r *run) int {
	runtime.GOMAXPROCS(1)
	done := 0
	var both sync.WaitGroup
	turns := func() {
		defer both.Done()
		for done < r.items {
			done++
			runtime.Gosched()
		}
	}
	r.timed(func() {
		both.Add(2)
		go turns()
		go turns()
		both.Wait()
	})
	return done
}

// A goroutine that runs and ends before the next one is created. Gosched() alone lets it run nearly
// always: now and then the scheduler comes back to the creator first.
func benchCreate(r *run) int {
	runtime.GOMAXPROCS(1)
	done := 0
	r.timed(func() {
		for i := 0; i < r.items; i++ {
			go func() { done++ }()
			for done == i {
				runtime.Gosched()
			}
		}
	})
	return done
}

// A channel of size one.
func benchQueue(r *run) int {
	runtime.GOMAXPROCS(1)
	done := 0
	r.timed(func() {
		channel := make(chan int, 1)
		go func() {
			for i := 1; i <= r.items; i++ {
				channel <- i
			}
			close(channel)
		}()
		for item := range channel {
			if item == done+1 {
				done++
			}
		}
	})
	return done
}

// Goroutines asleep at once, for `parameter` milliseconds to twice as many.
func benchSleepers(r *run) int {
	var all sync.WaitGroup
	random := uint64(1)
	r.timed(func() {
		all.Add(r.items)
		for i := 0; i < r.items; i++ {
			random ^= random << 13
			random ^= random >> 7
			random ^= random << 17
			shortest := time.Duration(r.parameter) * time.Millisecond
			delay := shortest + time.Duration(random%uint64(shortest))
			go func() {
				time.Sleep(delay)
				all.Done()
			}()
		}
		all.Wait()
	})
	return r.items
}

func main() {
	works := map[string]func(*run) int{
		"switch": benchSwitch, "create": benchCreate, "queue": benchQueue, "sleepers": benchSleepers,
	}
	r := run{parameter: 1000}
	var err error
	if len(os.Args) < 3 || works[os.Args[1]] == nil {
		fail("usage: peer NAME ITEMS [PARAMETER]")
	}
	if r.items, err = strconv.Atoi(os.Args[2]); err != nil {
		fail(err.Error())
	}
	if len(os.Args) > 3 {
		if r.parameter, err = strconv.Atoi(os.Args[3]); err != nil {
			fail(err.Error())
		}
	}
	if done := works[os.Args[1]](&r); done < r.items {
		fail("the work was not done")
	}
	fmt.Printf("{\"items\":%d,\"wall_ns\":%d,\"cpu_ns\":%d}\n", r.items, r.wall.Nanoseconds(), r.cpu.Nanoseconds())
}
