package compat

import (
	"cmp"
	"slices"
	"strconv"
)

// Range is a range of numbers that a message or enum reserves or leaves to extensions. Ranges of both are half-open here, although descriptors close those of enums.
type Range struct {
	In         Node  // *Message or *Enum
	Start, End int64 // End is exclusive; beyond int32 for the largest number of an enum
	Extensions bool  // for extensions; else reserved
	Index      int32
}

// String returns the range as it is written, e.g., 5, or 5 to 9, or 5 to max.
func (r *Range) String() string {
	first, last := strconv.FormatInt(r.Start, 10), strconv.FormatInt(r.End-1, 10)
	_, enum := r.In.(*Enum)
	switch {
	case r.End-r.Start == 1:
		return first
	case enum && r.End == maxEnumEnd, !enum && r.End == maxFieldEnd:
		last = "max"
	}
	return first + " to " + last
}

const (
	maxFieldEnd = 1 << 29
	maxEnumEnd  = 1 << 31
)

// FullName returns the name of what declares the range.
func (r *Range) FullName() string { return r.In.FullName() }

// Parent returns what declares the range.
func (r *Range) Parent() Node { return r.In }

// File returns the file that declares it.
func (r *Range) File() *File { return r.In.File() }

// Element returns the path in the file.
func (r *Range) Element() []int32 {
	_, enum := r.In.(*Enum)
	switch {
	case enum:
		return within(r.In, enumReservedRanges, r.Index)
	case r.Extensions:
		return within(r.In, messageExtensionRanges, r.Index)
	}
	return within(r.In, messageReservedRanges, r.Index)
}

func covers(ranges []Range, number int32) bool {
	return slices.ContainsFunc(ranges, func(r Range) bool { return r.Start <= int64(number) && int64(number) < r.End })
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }

// span is a half-open range of numbers.
type span struct{ start, end int64 }

// merged returns ranges sorted, those that touch as one: how numbers are divided into ranges means nothing.
func merged(ranges []Range) []span {
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	var union []span
	for _, r := range sorted {
		if n := len(union); n > 0 && r.Start <= union[n-1].end {
			union[n-1].end = max(union[n-1].end, r.End)
			continue
		}
		union = append(union, span{r.Start, r.End})
	}
	return union
}

// without returns the parts of r that are not kept.
func (r *Range) without(kept []span) []Range {
	var parts []Range
	part := *r
	for _, k := range kept {
		if k.end <= part.Start || k.start >= r.End {
			continue
		}
		if k.start > part.Start {
			part.End = k.start
			parts = append(parts, part)
		}
		part.Start, part.End = k.end, r.End
	}
	if part.Start < r.End {
		parts = append(parts, part)
	}
	return parts
}
