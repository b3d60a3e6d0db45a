namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>A file that is no outbox: it is corrupt, or it is another application's. It is set aside as it is.</summary>
internal sealed class DamagedFileException(string path, string fault, Exception? cause = null)
    : IOException($"The outbox file {path} cannot be used: {fault}", cause)
{
    public string Fault => fault;
}
