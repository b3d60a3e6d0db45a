namespace Intilery.AspNetCore.Outbox;

/// <summary>What an exception of a store means for what was to be written, and for whoever can mend it.</summary>
internal enum StoreFault
{
    /// <summary>Nothing that is known. It may pass, or be of one write: that shows when others are taken.</summary>
    Unknown,

    /// <summary>The store will never take this write: a value that no column holds, a constraint, a size.</summary>
    Write,

    /// <summary>The database or disk is not there, or does not answer in time.</summary>
    Unreachable,

    /// <summary>Others hold what the write needs: locks, connections.</summary>
    Busy,

    /// <summary>There is no room.</summary>
    Full,

    /// <summary>The application may not sign in, or not write.</summary>
    Denied,

    /// <summary>A table or column of the outbox is not there, or the database itself.</summary>
    MissingTables,
}
