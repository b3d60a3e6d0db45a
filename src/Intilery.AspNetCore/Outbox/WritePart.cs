namespace Intilery.AspNetCore.Outbox;

/// <summary>A pending write, or a part of it that can be stored without the others.</summary>
internal sealed class WritePart(PendingWrite owner, OutboxWrite write)
{
    public PendingWrite Owner => owner;

    public OutboxWrite Write => write;

    /// <summary>Gets or sets a value indicating whether it is stored, or given up. Its owner's to set.</summary>
    public bool IsDone { get; set; }
}
