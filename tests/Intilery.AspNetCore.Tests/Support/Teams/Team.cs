namespace Intilery.AspNetCore.Tests.Support.Teams;

public sealed class Team
{
    public int Id { get; set; }

    public string? Name { get; set; }

    public bool IsArchived { get; set; }

    public List<TeamMember> Members { get; } = [];
}
