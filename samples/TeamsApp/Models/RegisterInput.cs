using System.ComponentModel.DataAnnotations;

namespace TeamsApp.Models;

public sealed class RegisterInput
{
    [Required, MaxLength(100), Display(Name = "First name")]
    public string FirstName { get; set; } = "";

    [Required, MaxLength(100), Display(Name = "Last name")]
    public string LastName { get; set; } = "";

    [MaxLength(100), Display(Name = "Job title")]
    public string? JobTitle { get; set; }

    [Phone]
    public string? Phone { get; set; }

    [Required, EmailAddress]
    public string Email { get; set; } = "";

    [Required, DataType(DataType.Password)]
    public string Password { get; set; } = "";

    /// <summary>Gets or sets the invite that led here, if any.</summary>
    public Guid? Invite { get; set; }
}
