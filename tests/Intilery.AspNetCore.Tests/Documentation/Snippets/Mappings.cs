using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>Mappings of members and users, as an application writes them.</summary>
internal static class Mappings
{
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery()
            .MapMemberships<TeamMember>(m => m.UserId, m => m.TeamId, role: m => m.Role, isDeleted: m => m.LeftAt != null)
            .MapUsers<AppUser>(firstName: u => u.Name.First, lastName: u => u.Name.Last, title: u => u.JobTitle, tenant: u => u.CompanyId);
    }

    private sealed record TeamMember(string UserId, Guid TeamId, string? Role, DateTimeOffset? LeftAt);

    private sealed record PersonName(string First, string Last);

    private sealed class AppUser : IdentityUser
    {
        public PersonName Name { get; set; } = new("Peter", "Gibbons");

        public string? JobTitle { get; set; }

        public int? CompanyId { get; set; }
    }
}
