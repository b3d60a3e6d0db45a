using System.ComponentModel.DataAnnotations;

namespace TeamsApp.Models;

public sealed class CreateTeamInput
{
    [Required, MaxLength(100)]
    public string Name { get; set; } = "";
}
