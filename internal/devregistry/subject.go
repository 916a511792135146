package devregistry

import (
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
)

func isDeleted(v catalog.Version) bool { return v.Deleted }

func live(versions []catalog.Version) []catalog.Version {
	return slices.DeleteFunc(versions, isDeleted)
}

// visible returns the versions of a subject that a request asks for: those that are not deleted, all, or those that are.
func (r *Registry) visible(req *request, subject string) []catalog.Version {
	versions := r.catalog.Versions(subject)
	switch {
	case req.is("deletedOnly"):
		return slices.DeleteFunc(versions, func(v catalog.Version) bool { return !v.Deleted })
	case req.is("deleted"):
		return versions
	}
	return live(versions)
}

// listSubjects leaves out subjects of which a request asks for no version; only those are deleted whose versions all are.
func (r *Registry) listSubjects(req *request) (any, error) {
	var subjects []string
	for _, s := range r.catalog.Subjects() {
		partly := req.is("deletedOnly") && len(live(r.catalog.Versions(s))) > 0
		if strings.HasPrefix(s, req.query.Get("subjectPrefix")) && len(r.visible(req, s)) > 0 && !partly {
			subjects = append(subjects, s)
		}
	}
	return page(req, subjects), nil
}

func (r *Registry) listVersions(req *request) (any, error) {
	versions := r.visible(req, req.subject())
	if len(versions) == 0 {
		return nil, noSubject(req.subject())
	}
	return page(req, numbers(versions)), nil
}

func numbers(versions []catalog.Version) []int {
	ns := make([]int, len(versions))
	for i, v := range versions {
		ns[i] = v.Number
	}
	return ns
}

// find returns the version of a subject with a name.
func (r *Registry) findVersion(subject string, name versionName, among []catalog.Version) (catalog.Version, error) {
	if len(among) == 0 {
		return catalog.Version{}, noSubject(subject)
	}
	if name == latest {
		return among[len(among)-1], nil
	}
	for _, v := range among {
		if strconv.Itoa(v.Number) == string(name) {
			return v, nil
		}
	}
	return catalog.Version{}, noVersion(name)
}

func (r *Registry) deleteSubject(req *request) (any, error) {
	versions := r.catalog.Versions(req.subject())
	chosen := live(slices.Clone(versions))
	switch {
	case len(versions) == 0:
		return nil, noSubject(req.subject())
	case req.is("permanent") && len(chosen) > 0:
		return nil, failf(subjectNotDeleted, "Subject '%s' was not deleted first before being permanently deleted", req.subject())
	case req.is("permanent"):
		chosen = versions
	case len(chosen) == 0:
		return nil, failf(subjectDeleted, "Subject '%s' was soft deleted.Set permanent=true to delete permanently", req.subject())
	}
	if err := r.delete(req, chosen); err != nil {
		return nil, err
	}
	return numbers(chosen), nil
}

func (r *Registry) deleteVersion(req *request) (any, error) {
	name, err := req.version()
	if err != nil {
		return nil, err
	}
	v, err := r.findVersion(req.subject(), name, r.deletable(req, name))
	switch {
	case err != nil:
		return nil, err
	case req.is("permanent") && !v.Deleted:
		return nil, failf(versionNotDeleted, "Subject '%s' Version %d was not deleted first before being permanently deleted", v.Subject, v.Number)
	case !req.is("permanent") && v.Deleted:
		return nil, failf(versionDeleted, "Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently", v.Subject, v.Number)
	}
	if err := r.delete(req, []catalog.Version{v}); err != nil {
		return nil, err
	}
	return v.Number, nil
}

// deletable returns the versions among which a deletion looks for its own. What is deleted already counts only if it is named.
func (r *Registry) deletable(req *request, name versionName) []catalog.Version {
	if versions := r.catalog.Versions(req.subject()); name != latest || req.is("permanent") {
		return versions
	}
	return live(r.catalog.Versions(req.subject()))
}

// delete hides versions, or forgets them if that is to be permanent. With the last visible one the settings of a subject go, as a subject that is
// registered again begins anew.
func (r *Registry) delete(req *request, versions []catalog.Version) error {
	if err := r.mayWrite(req.subject()); err != nil {
		return err
	}
	for _, v := range versions {
		if err := r.checkUnreferenced(v, versions); err != nil {
			return err
		}
	}
	if req.is("permanent") {
		return r.catalog.Commit(catalog.Change{Purged: versions})
	}
	change := catalog.Change{}
	for _, v := range versions {
		v.Deleted = true
		change.Versions = append(change.Versions, v)
	}
	if len(live(r.catalog.Versions(req.subject()))) == len(versions) {
		change.Settings = map[string]catalog.Settings{req.subject(): {}}
	}
	return r.catalog.Commit(change)
}

// checkUnreferenced fails while a schema refers to v, even one that is deleted, for records with its id are still to be read. Those that go at the
// same time do not count.
func (r *Registry) checkUnreferenced(v catalog.Version, gone []catalog.Version) error {
	for _, referrer := range r.catalog.Referrers(v) {
		if !slices.Contains(gone, referrer) {
			return failf(referenceExists, "One or more references exist to the schema {subject=%s,version=%d}, e.g., of version %d of subject %s",
				v.Subject, v.Number, referrer.Number, referrer.Subject)
		}
	}
	return nil
}
