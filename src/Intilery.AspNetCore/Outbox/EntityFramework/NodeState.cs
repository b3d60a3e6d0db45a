namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>A row of those who share the outbox, as it was read.</summary>
internal readonly record struct NodeState(string Id, string Owner, long Fence, long Beat);
