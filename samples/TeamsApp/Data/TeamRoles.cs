namespace TeamsApp.Data;

public static class TeamRoles
{
    public const string Owner = "Owner";
    public const string Admin = "Admin";
    public const string Member = "Member";

    public static IReadOnlyList<string> All { get; } = [Owner, Admin, Member];
}
