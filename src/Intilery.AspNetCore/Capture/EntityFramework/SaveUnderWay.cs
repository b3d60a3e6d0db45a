using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A save between its first callback and its last.</summary>
internal sealed class SaveUnderWay(SaveNotes notes)
{
    private AutoTransactionBehavior? _before;

    /// <summary>Gets or sets the scope that the save began in.</summary>
    public TrackingScope? Scope { get; set; }

    public SaveNotes Notes => notes;

    /// <summary>Gets a value indicating whether the save begins and commits a transaction of its own.</summary>
    public bool HasOwnTransaction { get; private set; }

    /// <summary>Gets or sets what was written in the save's own transaction before its commit, the last attempt's.</summary>
    public IReadOnlyList<ScopeFact>? Written { get; set; }

    /// <summary>Makes sure that the save has a transaction, a single statement's too, unless the application wants none.</summary>
    public void RequireTransaction()
    {
        var database = notes.Context.Database;
        if (database.AutoTransactionBehavior == AutoTransactionBehavior.Never || AmbientTransaction.Of(notes.Context) is not null || database.CurrentTransaction is not null)
        {
            return;
        }

        HasOwnTransaction = true;
        _before = database.AutoTransactionBehavior;
        database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    /// <summary>Leaves the context as it was.</summary>
    public void Restore()
    {
        if (_before is { } before)
        {
            notes.Context.Database.AutoTransactionBehavior = before;
            _before = null;
        }
    }

    /// <summary>Returns what the save changes, with the keys and values that the entities have now.</summary>
    public IReadOnlyList<ScopeFact> Read() => [.. notes.Read().Select(found => new ScopeFact(found.Fact) { Scope = Scope, Row = found })];
}
