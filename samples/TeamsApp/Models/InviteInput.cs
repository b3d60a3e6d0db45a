using System.ComponentModel.DataAnnotations;
using TeamsApp.Data;

namespace TeamsApp.Models;

public sealed class InviteInput
{
    [Required, EmailAddress]
    public string Email { get; set; } = "";

    [MaxLength(100), Display(Name = "First name")]
    public string? FirstName { get; set; }

    [MaxLength(100), Display(Name = "Last name")]
    public string? LastName { get; set; }

    [Required, AllowedValues(TeamRoles.Owner, TeamRoles.Admin, TeamRoles.Member)]
    public string Role { get; set; } = TeamRoles.Member;
}
