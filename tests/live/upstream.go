// SPDX-License-Identifier: MIT
// upstream FILE...: reads profiles with pprof's own package, as what consumes them does, and holds each against what the
// strictest of these demand (Parca, Pyroscope): ids in sequence, UTF-8, every address in its mapping. Of files of one kind,
// each must hold at least what the one before it holds, stack by stack.
package main

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/google/pprof/profile"
)

var buildID = regexp.MustCompile("^([0-9a-f]{2})*$")

type checker struct {
	file   string
	faults int
}

func (c *checker) check(holds bool, format string, arguments ...interface{}) {
	if !holds {
		c.faults++
		fmt.Printf("%s: %s\n", c.file, fmt.Sprintf(format, arguments...))
	}
}

func (c *checker) text(what, text string) {
	c.check(utf8.ValidString(text), "%s %q is no UTF-8", what, text)
}

func (c *checker) mappings(p *profile.Profile) {
	for i, m := range p.Mapping {
		c.check(m.ID == uint64(i+1), "mapping %d has id %d", i+1, m.ID)
		c.check(m.Start < m.Limit || m.File == "", "mapping %s is empty", m.File)
		c.check(buildID.MatchString(m.BuildID), "mapping %s has build id %q", m.File, m.BuildID)
		c.check(m.HasFunctions, "mapping %s has no functions: pprof would look for them", m.File)
		c.text("file", m.File)
	}
	c.check(len(p.Mapping) > 0, "no mapping")
}

func (c *checker) code(p *profile.Profile) {
	for i, f := range p.Function {
		c.check(f.ID == uint64(i+1), "function %d has id %d", i+1, f.ID)
		c.check(f.Name != "" && f.SystemName != "", "function %d has no name", i+1)
		c.text("function", f.Name+f.SystemName+f.Filename)
	}
	for i, l := range p.Location {
		c.check(l.ID == uint64(i+1), "location %d has id %d", i+1, l.ID)
		c.check(len(l.Line) > 0, "location %d has no function", i+1)
		c.check(l.Mapping != nil && (l.Address == 0 || l.Address >= l.Mapping.Start && l.Address < l.Mapping.Limit),
			"location %d lies at %#x, outside its mapping", i+1, l.Address)
	}
}

func (c *checker) samples(p *profile.Profile) {
	for i, s := range p.Sample {
		c.check(len(s.Location) > 0, "sample %d has no stack", i)
		for key, values := range s.Label {
			c.check(key != "" && len(values) == 1, "sample %d has %d labels of key %q", i, len(values), key)
			c.text("label", key+strings.Join(values, ""))
		}
		for _, value := range s.Value {
			c.check(value >= 0, "sample %d has value %d", i, value)
		}
	}
}

func (c *checker) whole(p *profile.Profile) {
	for _, t := range p.SampleType {
		c.check(!strings.Contains(t.Type, "-"), "sample type %q", t.Type)
	}
	c.check(len(p.SampleType) >= 2 && p.SampleType[0].Type == "contentions" && p.SampleType[0].Unit == "count" &&
		p.SampleType[1].Type == "delay" && p.SampleType[1].Unit == "nanoseconds", "sample types are not Go's")
	c.check(p.TimeNanos > 0 && p.DurationNanos > 0, "time %d, duration %d", p.TimeNanos, p.DurationNanos)
	c.check(p.DefaultSampleType == "delay", "default sample type %q", p.DefaultSampleType)
	for _, comment := range p.Comments {
		c.text("comment", comment)
	}
}

// Where and with which labels, and how much of each type.
func sums(p *profile.Profile) map[string][]int64 {
	sums := make(map[string][]int64)
	for _, s := range p.Sample {
		var key strings.Builder
		for _, l := range s.Location {
			fmt.Fprintf(&key, "%s+%x;", l.Mapping.File, l.Address)
		}
		labels := []string{fmt.Sprint(s.NumLabel)}
		for name, values := range s.Label {
			labels = append(labels, name+"="+values[0])
		}
		sort.Strings(labels)
		key.WriteString(strings.Join(labels, ","))
		if sums[key.String()] == nil {
			sums[key.String()] = make([]int64, len(s.Value))
		}
		for i, value := range s.Value {
			sums[key.String()][i] += value
		}
	}
	return sums
}

func (c *checker) grows(before, after map[string][]int64) {
	for key, values := range before {
		later := after[key]
		for i, value := range values {
			c.check(later != nil && later[i] >= value, "%s had %v, has %v", key, values, later)
		}
	}
}

func read(file string) (*profile.Profile, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		return nil, err
	}
	return p, p.CheckValid()
}

func main() {
	faults, samples := 0, 0
	var before map[string][]int64
	for _, file := range os.Args[1:] {
		c := checker{file: file}
		p, err := read(file)
		c.check(err == nil, "%v", err)
		if err == nil {
			c.mappings(p)
			c.code(p)
			c.samples(p)
			c.whole(p)
			after := sums(p)
			c.grows(before, after)
			before = after
			samples += len(p.Sample)
		}
		faults += c.faults
	}
	fmt.Printf("%d files, %d samples, %d faults\n", len(os.Args)-1, samples, faults)
	if faults > 0 || samples == 0 {
		os.Exit(1)
	}
}
