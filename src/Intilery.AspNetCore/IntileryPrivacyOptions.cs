namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Privacy</c>.</summary>
public sealed class IntileryPrivacyOptions
{
    /// <summary>The one word of <see cref="Properties"/> that stands for none at all.</summary>
    internal const string NoProperties = "none";

    /// <summary>
    /// The properties of Signed Up in the specification that identify a person. <c>type</c> is not one of them.
    /// </summary>
    internal static readonly string[] PersonalProperties = ["first_name", "last_name", "email", "phone", "username", "title"];

    /// <summary>
    /// Gets what is sent of a person: of <c>first_name</c>, <c>last_name</c>, <c>email</c>, <c>phone</c>, <c>username</c> and <c>title</c>,
    /// in Signed Up, Signed In, Signed Out and the traits of identify, whether captured or tracked from code. Default: empty, which is all
    /// of them. Configured ones replace these; the single word <c>none</c> stands for none.
    /// </summary>
    public IList<string> Properties { get; } = [];

    /// <summary>
    /// Gets or sets whether members of the user type that are marked <c>[PersonalData]</c> or <c>[ProtectedPersonalData]</c> are sent.
    /// Identity's own e-mail address, phone number and user name are marked. Default: <see cref="PersonalDataPolicy.Include"/>.
    /// </summary>
    public PersonalDataPolicy PersonalData { get; set; }

    /// <summary>Gets or sets what is sent about the page. Default: <see cref="PageUrlPolicy.PathOnly"/>.</summary>
    public PageUrlPolicy PageUrl { get; set; }

    /// <summary>Gets or sets a value indicating whether the browser's IP address is sent. Default: <see langword="false"/>.</summary>
    public bool Ip { get; set; }

    internal bool ShowsAll => Properties.Count == 0;

    internal bool Shows(string property) => ShowsAll || Properties.Contains(property);
}

/// <summary>How members that are marked as personal data are treated. See <see cref="IntileryPrivacyOptions.PersonalData"/>.</summary>
public enum PersonalDataPolicy
{
    /// <summary>They are sent like all others.</summary>
    Include,

    /// <summary>They are not sent, nor are a principal's claims about the person, which carry no such mark.</summary>
    Exclude,
}

/// <summary>What is sent about the page that an event happened on. See <see cref="IntileryPrivacyOptions.PageUrl"/>.</summary>
public enum PageUrlPolicy
{
    /// <summary>
    /// The path, with the names of route parameters in place of their values and without a query, and the origin of the page before it.
    /// </summary>
    PathOnly,

    /// <summary>Nothing.</summary>
    None,
}
