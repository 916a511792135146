package compat

import "strconv"

func (d *diff) packages() {
	gone := map[string]bool{}
	for _, f := range d.Old.Files {
		if !d.New.packages[f.Package] && !gone[f.Package] {
			gone[f.Package] = true
			d.add(Fact{Kind: PackageRemoved, Old: f, From: f.Package})
		}
	}
}

func (d *diff) file(old *File) {
	if now := d.New.files[old.Path]; now != nil {
		d.fileItself(old, now)
	} else {
		d.add(Fact{Kind: FileRemoved, Old: old, From: old.Path})
	}
	d.messages(old.Messages)
	d.enums(old.Enums)
	for _, s := range old.Services {
		d.service(s)
	}
}

func (d *diff) fileItself(old, now *File) {
	d.differ(FilePackageChanged, old, now, old.Package, now.Package)
	d.differ(FileSyntaxChanged, old, now, old.Syntax(), now.Syntax())
	if len(old.Options) == 0 && len(now.Options) == 0 {
		return
	}
	for _, name := range comparedOptions {
		if from, to := old.Option(name), now.Option(name); from != to {
			d.add(Fact{Kind: FileOptionChanged, Old: old, New: now, Option: name, From: from, To: to})
		}
	}
}

func (d *diff) messages(old []*Message) {
	for _, m := range old {
		now := d.Message(m)
		switch {
		case now != nil:
			d.message(m, now)
		case m.MapEntry:
			d.removed(MapEntryRemoved, m)
		default:
			d.removed(MessageRemoved, m)
		}
		d.messages(m.Messages)
		d.enums(m.Enums)
	}
}

func (d *diff) enums(old []*Enum) {
	for _, e := range old {
		if now := d.Enum(e); now != nil {
			d.enum(e, now)
		} else {
			d.removed(EnumRemoved, e)
		}
	}
}

func (d *diff) service(old *Service) {
	now := d.New.services[old.Name]
	if now == nil {
		d.removed(ServiceRemoved, old)
		return
	}
	d.differ(ServiceMoved, old, now, old.In.Path, now.In.Path)
	for i := range old.Methods {
		if m := now.Method(old.Methods[i].Name); m != nil {
			d.method(&old.Methods[i], m)
		} else {
			d.removed(MethodRemoved, &old.Methods[i])
		}
	}
	for i := range now.Methods {
		if m := &now.Methods[i]; old.Method(m.Name) == nil {
			d.add(Fact{Kind: MethodAdded, New: m, OldScope: old, NewScope: now, To: m.FullName()})
		}
	}
}

func (d *diff) method(old, now *Method) {
	d.differ(MethodInputChanged, old, now, d.Now(old.Input), now.Input)
	d.differ(MethodOutputChanged, old, now, d.Now(old.Output), now.Output)
	d.differ(MethodClientStreamChanged, old, now, strconv.FormatBool(old.ClientStreaming), strconv.FormatBool(now.ClientStreaming))
	d.differ(MethodServerStreamChanged, old, now, strconv.FormatBool(old.ServerStreaming), strconv.FormatBool(now.ServerStreaming))
	d.differ(MethodIdempotencyChanged, old, now, old.Idempotency.String(), now.Idempotency.String())
}

func (d *diff) addedIn(now *File) {
	if d.Old.files[now.Path] == nil {
		d.add(Fact{Kind: FileAdded, New: now, To: now.Path})
	}
	d.addedMessages(now.Messages)
	d.addedEnums(now.Enums)
	for _, s := range now.Services {
		if d.Old.services[s.Name] == nil {
			d.added(ServiceAdded, s)
		}
	}
}

func (d *diff) addedMessages(now []*Message) {
	for _, m := range now {
		if d.Old.messages[d.Was(m.Name)] == nil && !m.MapEntry {
			d.added(MessageAdded, m)
		}
		d.addedMessages(m.Messages)
		d.addedEnums(m.Enums)
	}
}

func (d *diff) addedEnums(now []*Enum) {
	for _, e := range now {
		if d.Old.enums[d.Was(e.Name)] == nil {
			d.added(EnumAdded, e)
		}
	}
}
