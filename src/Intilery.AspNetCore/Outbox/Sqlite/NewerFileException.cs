namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>A file of a newer version of this package. It is left as it is, for that version.</summary>
internal sealed class NewerFileException(string path, long version, long known)
    : IOException($"{path} has schema version {version}; this version of Intilery.AspNetCore reads {known}.");
