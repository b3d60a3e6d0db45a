namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Says what to write and what to run when the outbox's tables are missing.</summary>
internal static class OutboxAdvice
{
    public static string MissingFromModel(Type context) =>
        $"UseEntityFrameworkOutbox<{context.Name}>() was called, but the model of {context.Name} does not hold the outbox. "
        + $"Add 'modelBuilder.AddIntileryOutbox();' at the end of {context.Name}.OnModelCreating, keep "
        + $"'builder.Services.AddIntilery().UseEntityFrameworkOutbox<{context.Name}>();', and run: {Commands(context)}";

    /// <summary>Says what is wrong with the outbox in the application's database, and what mends it.</summary>
    public static string Unusable(Type context, Exception exception) =>
        $"The outbox in the database of {context.Name} cannot be used ({exception.GetBaseException().Message.Trim().TrimEnd('.')}). {Cure(context, StoreFaults.Of(exception))}";

    /// <summary>Says what mends a fault.</summary>
    public static string Cure(Type context, StoreFault fault) => fault switch
    {
        StoreFault.MissingTables => $"Its tables, or columns of them, are missing. Run: {Commands(context)}.",
        StoreFault.Unreachable => "The database is not reached, or does not answer. See that it runs, and that this machine and the connection string lead to it.",
        StoreFault.Busy => "Others hold its tables or all of its connections. See who they are, and for how long.",
        StoreFault.Full => "The database has no room. See its disk, and its limits.",
        StoreFault.Denied => "The application may not sign in or not write. See its rights, and whether the database is read-only.",
        _ => "The log has the whole error.",
    };

    public static string Commands(Type context) =>
        $"dotnet ef migrations add AddIntileryOutbox --context {context.Name} && dotnet ef database update --context {context.Name}";
}
