namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The table of those who share the outbox, for the model only: a row for each process, and one for the lease on delivery. No
/// clock is in it: a row whose beat stands still, by the watch of whoever looks at it, belongs to a process that is gone.
/// </summary>
internal sealed class OutboxNodeEntity
{
    /// <summary>Gets or sets the process's id, or the lease's name.</summary>
    public required string Id { get; set; }

    /// <summary>Gets or sets the process that holds the lease; empty when nobody does.</summary>
    public required string Owner { get; set; }

    /// <summary>Gets or sets how often the lease has changed hands.</summary>
    public long Fence { get; set; }

    public long Beat { get; set; }
}
