namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A stored tenant claim of a user was committed.</summary>
internal sealed record TenantJoined : Happening
{
    public required string GroupId { get; init; }
}
