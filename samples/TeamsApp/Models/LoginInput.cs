using System.ComponentModel.DataAnnotations;

namespace TeamsApp.Models;

public sealed class LoginInput
{
    [Required, EmailAddress]
    public string Email { get; set; } = "";

    [Required, DataType(DataType.Password)]
    public string Password { get; set; } = "";

    public Guid? Invite { get; set; }
}
