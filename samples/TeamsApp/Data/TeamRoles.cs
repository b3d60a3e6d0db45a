namespace TeamsApp.Data;

public static class TeamRoles
{
    public const string Owner = "Owner";
    public const string Admin = "Admin";
    public const string Member = "Member";

    /// <summary>Returns the roles that somebody of a role may give and take: only owners make owners, and members manage nobody.</summary>
    public static IReadOnlyList<string> ManagedBy(string role) => role switch
    {
        Owner => [Owner, Admin, Member],
        Admin => [Admin, Member],
        _ => [],
    };
}
