// Command bench measures this library beside others and by itself, and prints what it
// found. Run it by `make bench`, which gives it a PostgreSQL server.
//
// It takes about ten minutes, and about two with QUICK=1 in the environment, which is
// for looking whether it works: its figures are rough, and kept apart. With ONLY=serving
// it measures that section alone, and keeps it apart too.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/bench/report"
)

func main() {
	testing.Init() // for testing.Benchmark
	if err := run(context.Background(), settingsOf(os.Getenv("QUICK") != "", os.Getenv("ONLY"))); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures, prints each section when it is done, and saves the report.
func run(ctx context.Context, settings settings) (err error) {
	bench, err := newBench(ctx, settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bench.close()) }()
	whole := report.Report{Command: settings.command, Machine: report.ThisMachine(ctx, time.Now(), peers)}
	if err := bench.nameDatabases(&whole.Machine); err != nil {
		return err
	}
	sections, err := bench.sections()
	if err != nil {
		return err
	}
	for _, s := range sections {
		section, err := s.measure()
		if err != nil {
			return err
		}
		section.Load = report.Load()
		fmt.Fprint(settings.out, section.Markdown())
		whole.Sections = append(whole.Sections, section)
	}
	fmt.Fprint(settings.out, whole.Targets(), "\nSaved in ", settings.folder, "\n")
	return whole.Save(settings.folder)
}
